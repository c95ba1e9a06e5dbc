import type { PeerName } from '@/lib/control';
import type { Height } from '@/lib/ledger';
import type { ChannelHandlers } from '@/lib/peer-channel';
import { AppError } from '@/lib/platform/pure/errors';
import type { CityNodeHost } from './dedicated/peer-home';
import type { FabricPart } from './fabric/fabric-part';
import type { HostRegister } from './host-register';
import { refusalToPeer, translated } from './ledger-errors';
import type { PeerNetwork } from './peer-network';
import { idOf } from './peer-service';

export interface ChannelHandlersOptions {
  /** The city node of that code, which this host carries. */
  readonly peers: { host(cityNode: string): CityNodeHost };
  readonly network: Pick<PeerNetwork, 'heard' | 'received'>;
  readonly register: HostRegister;
  readonly fabric: Pick<FabricPart, 'answerPeer' | 'answerTask'>;
}

/** The host's side of what peers in other hosts say and ask. */
export function createChannelHandlers({ peers, network, register, fabric }: ChannelHandlersOptions): ChannelHandlers {
  const idOfChain = (chain: string) => idOf({ chain, cityNode: '' });
  return {
    refusalOf({ hostId }, { chain, to, from }) {
      const peer = register.findPeer({ chain, cityNode: to });
      if (!peer) return 'unknown-chain';
      const isTheirs = peer.peers.some((other) => other.hostId === hostId && (from === undefined || other.cityNode === from));
      return isTheirs ? undefined : 'not-a-peer';
    },
    message: (_, { chain, from, to }, bytes) => network.received(idOfChain(chain), from, to, bytes),
    announced: (_, { chain, from, to }, height) => network.heard(idOfChain(chain), from, to, height as Height),
    fetchBlocks: async (_, { chain, cityNode, from, limit }) => translated(() => peers.host(cityNode).blockRecords(idOfChain(chain), from as Height, limit)),
    askSnapshot: async (_, { chain, cityNode, height }) => translated(() => peers.host(cityNode).snapshotAnswer(idOfChain(chain), height as Height)),
    fetchRange: async (_, { chain, cityNode, height, index }) => translated(() => peers.host(cityNode).snapshotRange(idOfChain(chain), height as Height, index)),
    askPeer: ({ hostId }, { chain, cityNode, request }) => fabric.answerPeer(idOfChain(chain), cityNode, request, hostId),
    runTask: ({ hostId }, { chain, task }, signal) => fabric.answerTask(idOfChain(chain), { task, hostId, isShort: false, signal }),
    runShortTask: ({ hostId }, { chain, task }, signal) => fabric.answerTask(idOfChain(chain), { task, hostId, isShort: true, signal }),
    async submit(_, { chain, cityNode, transaction }, signal) {
      const peer: PeerName = { chain, cityNode };
      const host = peers.host(cityNode);
      // A follower would send it on, and two wrong addresses would send it round in circles.
      if (!(await translated(() => host.peerStatus(idOf(peer)))).orders) throw new AppError('CONFLICT', { subject: 'ordering peer' }, { publicMessage: 'This peer does not order.' });
      try {
        return await host.submit(idOf(peer), transaction, { signal });
      } catch (error) {
        const refusal = refusalToPeer(error);
        if (!refusal) throw error;
        return refusal;
      }
    },
  };
}
