import { AppError } from '@/lib/platform';
import { loadSubChain, type LoadedPeer, type LoadedSubChain } from '../load-sub-chain';
import type { MovePeerInput } from '../operation-input';

/** The peer that is to move. @throws AppError CONFLICT when it is not there any more. */
export async function loadMovingPeer({ applicationId, cityNode }: MovePeerInput): Promise<{ subChain: LoadedSubChain; peer: LoadedPeer }> {
  const subChain = await loadSubChain(applicationId);
  const peer = subChain.peers.find((one) => one.cityNode.code === cityNode && one.state !== 'REMOVED');
  if (!peer) throw new AppError('CONFLICT', { subject: 'peer' }, { publicMessage: `The sub-chain has no peer in ${cityNode} any more.` });
  return { subChain, peer };
}
