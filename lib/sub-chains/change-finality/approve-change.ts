import { controlClientOf } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { inPublishersOrder, listCities, loadSubChain, peerName } from '../load-sub-chain';
import type { ChangeFinalityInput } from '../operation-input';
import { validatorsAfter } from './validators-after';

/**
 * Each host lets its own peer vote for the new rules, and for no others. None is in force before a quorum of the
 * present rules has signed the block that carries them. Asked again with the same id, a host answers the same.
 */
export async function approveChangeStep({ input, operationId, signal }: StepContext<ChangeFinalityInput>): Promise<StepOutcome> {
  const subChain = await loadSubChain(input.applicationId);
  const change = { id: operationId, finality: input.to, validators: validatorsAfter(subChain.peers, input.to) };
  await Promise.all(subChain.peers.map((peer) => controlClientOf(peer.host).approveChange(peerName(subChain, peer), change, { signal })));
  return { message: `Approved in ${listCities(inPublishersOrder(subChain.peers))}.` };
}
