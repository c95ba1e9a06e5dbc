import { controlClientOf } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { AppError } from '@/lib/platform';
import { loadSubChain, peerName } from '../load-sub-chain';
import type { ChangeFinalityInput } from '../operation-input';

/**
 * Nothing is begun that cannot end: every peer answers, runs and knows finality modes. One that is away is waited for;
 * one that has stopped needs somebody first.
 */
export async function checkPeersStep({ input, signal }: StepContext<ChangeFinalityInput>): Promise<StepOutcome> {
  const subChain = await loadSubChain(input.applicationId);
  const peers = await Promise.all(subChain.peers.map(async (peer) => ({ ...peer, status: await controlClientOf(peer.host).peerStatus(peerName(subChain, peer), { signal }) })));
  for (const { cityNode, status } of peers) {
    if (status.state !== 'running') {
      throw new AppError('CONFLICT', { subject: 'peer' }, { publicMessage: `The peer in ${cityNode.city} has stopped: ${status.problem ?? 'it gave no reason.'} All peers must run for a change; nothing was changed.` });
    }
    if (status.finality === undefined) {
      throw new AppError('UNSUPPORTED', { what: 'finality' }, { publicMessage: `The city node in ${cityNode.city} runs an older program that knows no finality modes. Nothing was changed.` });
    }
  }
  return { message: `All ${peers.length} peers answer and run.` };
}
