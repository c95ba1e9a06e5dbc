import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { ControlLogger } from '@/lib/control';
import { isLedgerError, type ChainId, type GenesisSpec, type Height } from '@/lib/ledger';
import type { CityNodeHost } from './dedicated/peer-home';
import type { HostRegister, RegisteredPeer } from './host-register';
import type { PeerNetwork } from './peer-network';

export interface RejoinOptions {
  readonly hostId: string;
  readonly register: HostRegister;
  readonly hosts: ReadonlyMap<string, CityNodeHost>;
  readonly network: Pick<PeerNetwork, 'linkOf' | 'tellOthers'>;
  readonly logger: ControlLogger;
  readonly signal: AbortSignal;
  /** Default: 1 s, doubled after each round up to 60 s. */
  readonly pauseMsMin?: number;
}

/** A peer that has to ask whether there is news in other hosts. */
interface Errand {
  readonly peer: RegisteredPeer;
  /** Who is away when nobody answers. */
  readonly otherHostIds: string;
  /** Its ledger is gone, its key is not. */
  readonly isLost: boolean;
}

const pauseMsDefault = 1_000;
const pauseMsMax = 60_000;

/**
 * Bells that were to be heard while a process was down are lost when both ends of them were restarted. So after a
 * start each peer here asks those that order in other hosts for the block after its own last one, and each peer here that
 * orders tells its height to the peers in other hosts. A sub-chain without news is opened at neither end. One errand after
 * another; of hosts that are away one errand is tried in each round, with growing pauses. Resolves when all are done or
 * the signal is given. Peers within this host need none: each is measured by the portal. A peer whose ledger is gone gets
 * it from the others, wherever they are.
 */
export async function rejoinPeers(options: RejoinOptions): Promise<void> {
  const { signal } = options;
  await tellHeights(options);
  let errands = options.register.listPeers().flatMap((peer) => errandOf(peer, options));
  for (let pauseMs = options.pauseMsMin ?? pauseMsDefault; ; pauseMs = Math.min(pauseMsMax, 2 * pauseMs)) {
    errands = await runRound(errands, options);
    if (errands.length === 0 || signal.aborted) return;
    await sleep(pauseMs, undefined, { ref: false, signal }).catch(() => undefined); // the signal: seen by the next round
  }
}

/** Told until they are heard: nobody waits for that here. */
async function tellHeights({ hostId, register, hosts, network, signal, logger }: RejoinOptions): Promise<void> {
  for (const { chain, cityNode, peers } of register.listPeers()) {
    if (signal.aborted) return;
    const host = hosts.get(cityNode);
    if (!host || peers.every((other) => other.hostId === hostId)) continue;
    try {
      const { orders, height } = host.peerStatus(chain as ChainId);
      // Every peer was opened with the genesis block.
      if (orders && height > 0) network.tellOthers(chain as ChainId, cityNode, height as Height);
    } catch (error) {
      logger.warn({ chain, cityNode, err: error }, 'a peer’s height could not be told');
    }
    await setImmediate();
  }
}

function errandOf(peer: RegisteredPeer, { hostId, hosts }: RejoinOptions): Errand[] {
  // Whoever stands in the register had its ledger opened.
  const isLost = hosts.get(peer.cityNode)?.has(peer.chain as ChainId) === false;
  const others = peer.peers.filter((other) => other.cityNode !== peer.cityNode && (isLost || (other.orders && other.hostId !== hostId)));
  return others.length === 0 ? [] : [{ peer, isLost, otherHostIds: [...new Set(others.map((other) => other.hostId))].toSorted().join(' ') }];
}

async function ask({ peer, isLost }: Errand, { hosts, register, network }: RejoinOptions): Promise<void> {
  const chain = peer.chain as ChainId;
  const host = hosts.get(peer.cityNode);
  if (!host || !register.findPeer(peer)) return;
  if (isLost) {
    await host.restoreChain(chain, (genesis) => isOf(genesis, peer));
    return;
  }
  const { state, height } = host.peerStatus(chain);
  if (state !== 'running') return;
  const news = await network.linkOf(peer.cityNode).fetchBlocks(chain, (height + 1) as Height, 1);
  if (news.length > 0) await host.catchUp(chain);
}

/** Gives back what has to be tried again. */
async function runRound(errands: readonly Errand[], options: RejoinOptions): Promise<Errand[]> {
  const { logger, signal } = options;
  const away = new Set<string>();
  const again: Errand[] = [];
  for (const errand of errands) {
    if (signal.aborted) return [];
    if (away.has(errand.otherHostIds)) {
      again.push(errand);
      continue;
    }
    const { chain, cityNode } = errand.peer;
    try {
      await ask(errand, options);
      await setImmediate();
    } catch (error) {
      const isAway = isLedgerError(error, 'peers-unreachable') || isLedgerError(error, 'peer-away');
      if (isAway) {
        away.add(errand.otherHostIds);
        again.push(errand);
      }
      logger.warn({ chain, cityNode, otherHostIds: errand.otherHostIds, err: error }, isAway ? 'other hosts are away; their peers are asked again' : 'a peer has not caught up');
    }
  }
  return again;
}

/** Whether the genesis is that of the sub-chain that the register speaks of: whom both name has one key. */
function isOf({ framework, peers }: GenesisSpec, registered: RegisteredPeer): boolean {
  const keys = new Map(registered.peers.map(({ cityNode, publicKey }) => [cityNode, publicKey]));
  return framework === registered.framework && peers.every(({ name, publicKey }) => (keys.get(name) ?? base64(publicKey)) === base64(publicKey));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
