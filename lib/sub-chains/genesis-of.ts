import type { OpenChain } from '@/lib/control';
import { assert } from '@/lib/platform';
import { chainLimitsOf } from './chain-limits';
import { frameworkOf } from './frameworks';
import { inPublishersOrder, type LoadedPeer, type LoadedSubChain } from './load-sub-chain';

/**
 * What every host of a sub-chain is told to open it. Made from rows alone, so that each try and each worker makes the
 * same genesis: a try that was interrupted half-way is completed, not contradicted.
 */
export async function genesisOf(subChain: LoadedSubChain): Promise<OpenChain> {
  return {
    framework: subChain.framework,
    config: await frameworkOf(subChain).genesisConfig(subChain),
    genesisTimeMs: subChain.createdAt.getTime(),
    finality: subChain.finality,
    peers: peersInOrder(subChain).map((peer) => {
      assert(peer.publicKey, `peer ${peer.id} has its key`);
      assert(peer.host.channelAddress, `host ${peer.hostId} has joined with its channel`);
      return {
        cityNode: peer.cityNode.code,
        publicKey: peer.publicKey,
        orders: peer.orders,
        hostId: peer.hostId,
        channelAddress: peer.host.channelAddress,
      };
    }),
    limits: chainLimitsOf(subChain.application),
  };
}

/** Validators take turns in the publisher's order. Solo genesis blocks keep the order that the first of them were made with. */
function peersInOrder({ finality, peers }: LoadedSubChain): readonly LoadedPeer[] {
  return finality === 'solo' ? peers : inPublishersOrder(peers);
}
