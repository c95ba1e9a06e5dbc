import type { ApproveChange, Finality } from '@/lib/control';
import { assert } from '@/lib/platform';
import { inPublishersOrder, type LoadedPeer } from '../load-sub-chain';

/** Who orders under a mode, in the publisher's order: with solo the first city node's peer, otherwise all. */
export function validatorsAfter(peers: readonly LoadedPeer[], finality: Finality): ApproveChange['validators'] {
  const inOrder = inPublishersOrder(peers);
  return (finality === 'solo' ? inOrder.slice(0, 1) : inOrder).map(({ id, cityNode, publicKey }) => {
    assert(publicKey, `peer ${id} has its key`);
    return { name: cityNode.code, publicKey };
  });
}
