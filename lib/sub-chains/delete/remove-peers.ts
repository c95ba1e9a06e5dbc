import { controlClientOf } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { frameworkOf } from '../frameworks';
import type { DeleteInput } from '../operation-input';
import { listCities, loadSubChain, peerName } from '../load-sub-chain';

/** Every host forgets its peer: blocks, state, keys. Followers first, so that none asks a missing peer for blocks. */
export async function removePeersStep({ input, signal }: StepContext<DeleteInput>): Promise<StepOutcome> {
  const subChain = await loadSubChain(input.applicationId);
  for (const peer of subChain.peers.toReversed()) await controlClientOf(peer.host).removeChain(peerName(subChain, peer), { signal });
  await frameworkOf(subChain).releaseHosts?.(subChain, signal);
  return { message: subChain.peers.length === 0 ? 'There were no peers.' : `Removed in ${listCities(subChain.peers)}.` };
}
