import { unknown } from './host-errors';
import type { HostPeers } from './host-peers';
import type { PeerGlance, PeerResources, PeerStatus, StopNote } from './host-types';
import type { Moves } from './move/moves';
import type { Ordering } from './ordering';
import type { ResourceBook } from './resource-book';
import type { Joins } from './snapshot/joins';
import type { LedgerStorage } from './storage';
import type { ChainId } from './types';

export interface PeerViewsHome {
  readonly storage: LedgerStorage;
  readonly ordering: Ordering;
  readonly peers: HostPeers;
  readonly moves: Moves;
  readonly joins: Joins;
  readonly resources: ResourceBook;
}

/** How the peers of a host are, for whoever asks; opens none of them. */
export class PeerViews {
  readonly #home: PeerViewsHome;

  constructor(home: PeerViewsHome) {
    this.#home = home;
  }

  /** See `LedgerHost.peerStatus`. */
  status(chain: ChainId): PeerStatus {
    const { storage, ordering, peers, moves, joins } = this.#home;
    if (moves.isArriving(chain)) throw unknown(chain);
    const runner = peers.peek(chain);
    const joining = joins.progress(chain);
    const firstHeight = storage.firstHeight(chain);
    const base = { chain, resources: this.#resources(chain), queued: ordering.queued(chain), firstHeight, refusedBlocks: 0, ...(joining === undefined ? {} : { joining }) };
    if (runner !== undefined) {
      const { orders, head, stopped, announcedHeight, refusedBlocks, lastRefusal, signer } = runner.peer;
      const more = { announcedHeight: Math.max(announcedHeight, head.height), refusedBlocks, ...(lastRefusal === undefined ? {} : { lastRefusal }) };
      return { ...base, publicKey: signer.publicKey, ...standing(stopped), height: head.height, headHash: head.hash, orders, agreement: runner.agreement(), ...more };
    }
    const at = storage.height(chain);
    const resting = at < 0 ? undefined : peers.findResting(chain);
    if (resting !== undefined) {
      const { publicKey, headHash, orders, stopped, agreement } = resting;
      return { ...base, publicKey, ...standing(stopped), height: at, headHash, announcedHeight: at, orders, agreement };
    }
    const signer = peers.findSigner(chain);
    const publicKey = signer?.publicKey ?? new Uint8Array(0);
    const stopped = peers.brokenBy(chain);
    if (stopped !== undefined) return { ...base, publicKey, state: 'stopped', orders: false, height: at, announcedHeight: at, stopped };
    if (signer === undefined) throw unknown(chain);
    return { ...base, publicKey, state: 'key', orders: false, height: -1, announcedHeight: -1 };
  }

  /** See `LedgerHost.glance`; for a peer that is here. */
  glance(chain: ChainId): PeerGlance {
    const { storage, peers } = this.#home;
    const runner = peers.peek(chain);
    const at = storage.height(chain);
    const stopped = runner === undefined ? (peers.brokenBy(chain) ?? peers.storedStop(chain)) : runner.peer.stopped;
    const state = stopped !== undefined ? 'stopped' : at < 0 ? 'key' : 'running';
    return { chain, state, height: at, resources: this.#resources(chain), isInUse: runner !== undefined, ...(stopped === undefined ? {} : { stopped }) };
  }

  #resources(chain: ChainId): PeerResources {
    const { storage, ordering, resources } = this.#home;
    const memoryBytes = storage.memoryBytes(chain) + ordering.queuedBytes(chain);
    return { ...resources.of(chain), memoryBytes, diskBytes: storage.sizeBytes(chain) };
  }
}

function standing(stopped: StopNote | undefined) {
  return stopped === undefined ? { state: 'running' as const } : { state: 'stopped' as const, stopped };
}
