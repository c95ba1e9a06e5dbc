import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { ControlLogger } from '@/lib/control';
import { isLedgerError, type ChainId, type Height, type LedgerHost } from '@/lib/ledger';
import type { HostRegister, RegisteredPeer } from './host-register';
import type { PeerNetwork } from './peer-network';

export interface RejoinOptions {
  readonly hostId: string;
  readonly register: HostRegister;
  readonly hosts: ReadonlyMap<string, LedgerHost>;
  readonly network: Pick<PeerNetwork, 'linkOf' | 'tell'>;
  readonly logger: ControlLogger;
  readonly signal: AbortSignal;
  /** Default: 1 s, doubled after each round up to 60 s. */
  readonly pauseMsMin?: number;
}

/** Something that a peer here and one in another host have to tell each other. */
interface Errand {
  readonly otherHostId: string;
  readonly peer: RegisteredPeer;
  /** Rejects with `peers-unreachable` while the other host is away. */
  readonly run: () => Promise<void>;
}

const pauseMsDefault = 1_000;
const pauseMsMax = 60_000;

/**
 * Bells that were to be heard while a process was down are lost when both ends of them were restarted. So after a
 * start each follower here asks its ordering peer in another host for the block after its own last one, and each
 * ordering peer here tells its followers in other hosts its height. A sub-chain without news is opened at neither end.
 * One errand after another; of a host that is away one errand is tried in each round, with growing pauses. Resolves
 * when all are done or the signal is given. Peers within this host need none: each is measured by the portal.
 */
export async function rejoinPeers(options: RejoinOptions): Promise<void> {
  const { signal } = options;
  let errands = options.register.listPeers().flatMap((peer) => errandsOf(peer, options));
  for (let pauseMs = options.pauseMsMin ?? pauseMsDefault; ; pauseMs = Math.min(pauseMsMax, 2 * pauseMs)) {
    errands = await runRound(errands, options);
    if (errands.length === 0 || signal.aborted) return;
    await sleep(pauseMs, undefined, { ref: false, signal }).catch(() => undefined); // the signal: seen by the next round
  }
}

function errandsOf(peer: RegisteredPeer, { hostId, hosts, network, register }: RejoinOptions): Errand[] {
  const chain = peer.chain as ChainId;
  const host = hosts.get(peer.cityNode);
  const orderer = peer.peers.find((other) => other.orders);
  if (!host || !orderer) return [];
  if (orderer.cityNode === peer.cityNode) {
    const followers = peer.peers.filter((other) => other.hostId !== hostId);
    return followers.map((other) => ({
      otherHostId: other.hostId,
      peer,
      run: async () => {
        if (!register.findPeer(peer)) return;
        const { height } = host.peerStatus(chain);
        // Every peer was opened with the genesis block.
        if (height > 0) await network.tell(chain, other.cityNode, height);
      },
    }));
  }
  if (orderer.hostId === hostId) return [];
  const ask = async () => {
    if (!register.findPeer(peer)) return;
    const { state, height } = host.peerStatus(chain);
    if (state !== 'running') return;
    const news = await network.linkOf(peer.cityNode).fetchBlocks(chain, (height + 1) as Height, 1);
    if (news.length > 0) await host.catchUp(chain);
  };
  return [{ otherHostId: orderer.hostId, peer, run: ask }];
}

/** Gives back what has to be tried again. */
async function runRound(errands: readonly Errand[], { logger, signal }: RejoinOptions): Promise<Errand[]> {
  const away = new Set<string>();
  const again: Errand[] = [];
  for (const errand of errands) {
    if (signal.aborted) return [];
    if (away.has(errand.otherHostId)) {
      again.push(errand);
      continue;
    }
    const { chain, cityNode } = errand.peer;
    try {
      await errand.run();
      await setImmediate();
    } catch (error) {
      const isAway = isLedgerError(error, 'peers-unreachable');
      if (isAway) {
        away.add(errand.otherHostId);
        again.push(errand);
      }
      logger.warn({ chain, cityNode, otherHostId: errand.otherHostId, err: error }, isAway ? 'another host is away; its peers are asked again' : 'a peer has not caught up');
    }
  }
  return again;
}
