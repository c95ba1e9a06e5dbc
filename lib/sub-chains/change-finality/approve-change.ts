import { controlClientOf } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { inPublishersOrder, listCities, loadSubChain, peerName, type LoadedPeer, type LoadedSubChain } from '../load-sub-chain';
import type { ChangeFinalityInput } from '../operation-input';
import { validatorsAfter } from './validators-after';

type Asking = Pick<StepContext<ChangeFinalityInput>, 'input' | 'operationId' | 'signal'>;

/**
 * Each host lets its own peer vote for the new rules, and for no others. None is in force before a quorum of the
 * present rules has signed the block that carries them. Asked again with the same id, a host answers the same.
 */
export async function approveChangeStep(context: StepContext<ChangeFinalityInput>): Promise<StepOutcome> {
  const subChain = await loadSubChain(context.input.applicationId);
  await Promise.all(subChain.peers.map((peer) => approveChange(subChain, peer, context)));
  return { message: `Approved in ${listCities(inPublishersOrder(subChain.peers))}.` };
}

/** Also asks the peer for the block that carries the rules: for two minutes, and not beyond a restart of its process. */
export async function approveChange(subChain: LoadedSubChain, peer: LoadedPeer, { input, operationId, signal }: Asking): Promise<void> {
  const change = { id: operationId, finality: input.to, validators: validatorsAfter(subChain.peers, input.to) };
  await controlClientOf(peer.host).approveChange(peerName(subChain, peer), change, { signal });
}
