import { controlClientOf } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { AppError } from '@/lib/platform';
import { peerName } from '../load-sub-chain';
import type { MovePeerInput } from '../operation-input';
import { loadMovingPeer } from './load-moving-peer';

/** A peer that stopped itself holds something that nobody should copy. */
export async function checkPeerStep({ input, signal }: StepContext<MovePeerInput>): Promise<StepOutcome> {
  const { subChain, peer } = await loadMovingPeer(input);
  const { state, height, problem } = await controlClientOf(peer.host).peerStatus(peerName(subChain, peer), { signal });
  if (state === 'running') return { message: `The peer in ${peer.cityNode.city} runs, at block ${height}.` };
  throw new AppError('CONFLICT', { subject: 'peer' }, { publicMessage: `The peer in ${peer.cityNode.city} does not run: ${problem ?? 'it gave no reason.'} It stays where it is.` });
}
