import { assert } from '@/lib/platform/pure/assert';
import type { Framework } from '../framework';
import type { ChainHead } from '../host-types';
import type { Ordering } from '../ordering';
import { readPeer } from '../peer';
import type { PeerKeys } from '../peer-keys';
import type { PeerRunner } from '../peer-runner';
import { publicReason } from '../public-reason';
import type { LedgerStorage } from '../storage';
import { height, type ChainId } from '../types';
import { Arrival, ARRIVING_NOTE } from './arrival';
import { Departure, moveFailed } from './departure';
import type { Belongings, Commit, MovePiece, PeerMoves } from './pieces';

/** What the moves ask of the host whose peers these are. */
export interface MovesHome {
  readonly storage: LedgerStorage;
  readonly keys: PeerKeys;
  readonly ordering: Pick<Ordering, 'forget'>;
  readonly frameworks: ReadonlyMap<string, Framework>;
  /** The opened peer. Throws when there is none. */
  readonly runner: (chain: ChainId) => PeerRunner;
  /** Ends the runner: nothing of it is under way any more, and it must not be found again. */
  readonly close: (runner: PeerRunner) => Promise<void>;
  /** A peer of that name is here now. */
  readonly entered: (chain: ChainId) => void;
  readonly inOrder: <T>(chain: ChainId, task: () => Promise<T>) => Promise<T>;
}

/** The peers of one host that come and go; see {@link PeerMoves}. */
export class Moves implements PeerMoves {
  readonly #home: MovesHome;
  readonly #departures = new Map<ChainId, Departure>();
  readonly #arrivals = new Map<ChainId, Arrival>();

  constructor(home: MovesHome) {
    this.#home = home;
  }

  /** A block was handed to the storage. */
  committed(chain: ChainId, commit: Commit): void {
    this.#departures.get(chain)?.note(commit);
  }

  /** Its ledger is being copied: it must stay open. */
  isDeparting(chain: ChainId): boolean {
    return this.#departures.has(chain);
  }

  /** Its ledger is being brought here, and no peer yet. */
  isArriving(chain: ChainId): boolean {
    return this.#arrivals.has(chain);
  }

  hasLeft(chain: ChainId): boolean {
    return this.#departures.get(chain)?.hasLeft ?? false;
  }

  async next(chain: ChainId): Promise<MovePiece> {
    let departure = this.#departures.get(chain);
    if (departure === undefined) {
      departure = new Departure(this.#home.runner(chain).peer.storage);
      this.#departures.set(chain, departure);
    }
    return departure.next(this.#home.storage.open(chain));
  }

  leave(chain: ChainId): Promise<Belongings> {
    return this.#home.inOrder(chain, async () => {
      const departure = this.#departures.get(chain);
      if (departure === undefined) throw moveFailed(chain, 'it is not being copied');
      const runner = this.#home.runner(chain);
      const { storage } = runner.peer;
      let transactions: readonly Uint8Array[] = [];
      try {
        runner.retire();
        await runner.settle();
        // Votes that are on their way to the disk go along, whether somebody heard of them or not.
        await storage.setNotes(new Map());
        transactions = runner.takeUnclaimed();
        departure.hasLeft = true;
      } finally {
        // Also of one that could not leave: it is retired, and its next use opens it anew.
        await this.#home.close(runner);
      }
      const key = this.#home.keys.sealed(chain);
      assert(key !== undefined, 'an opened peer has its key');
      return { height: height(storage.height), notes: storage.notes(), key, transactions };
    });
  }

  stay(chain: ChainId): void {
    const departure = this.#departures.get(chain);
    this.#departures.delete(chain);
    void departure?.end();
  }

  take(chain: ChainId, piece: MovePiece): Promise<void> {
    return this.#home.inOrder(chain, async () => {
      const { keys, storage } = this.#home;
      let arrival = this.#arrivals.get(chain);
      if (arrival === undefined) {
        if (keys.chains().includes(chain) || storage.height(chain) >= 0 || storage.damageOf(chain) !== undefined) throw moveFailed(chain, 'a peer of it, or a part of one, is here already: remove it first');
        arrival = new Arrival(chain, storage);
        this.#arrivals.set(chain, arrival);
      }
      await arrival.take(piece);
    });
  }

  settle(chain: ChainId, { height: at, notes, key }: Belongings): Promise<ChainHead> {
    return this.#home.inOrder(chain, async () => {
      const { storage, keys, frameworks } = this.#home;
      const filled = this.#arrivals.get(chain)?.filled;
      if (filled === undefined) throw moveFailed(chain, 'nothing of it was taken');
      if (filled.height !== at) throw moveFailed(chain, `its blocks end with ${filled.height} and not with ${at}`);
      await filled.setNotes(new Map<string, Uint8Array | undefined>([...notes, [ARRIVING_NOTE, undefined]]));
      try {
        const { head, publicKey } = readPeer(filled, frameworks);
        const signer = await keys.adopt(chain, key);
        assert(Buffer.compare(signer.publicKey, publicKey) === 0, 'the key is the one that signed the blocks');
        this.#arrivals.delete(chain);
        storage.rest(chain);
        this.#home.entered(chain);
        return head;
      } catch (error) {
        throw moveFailed(chain, `what came over does not hang together: ${publicReason(error)}`, error);
      }
    });
  }

  /** The sub-chain is being removed here. */
  async forget(chain: ChainId): Promise<void> {
    this.stay(chain);
    const arrival = this.#arrivals.get(chain);
    this.#arrivals.delete(chain);
    await arrival?.end();
  }

  /** The host closes. */
  async close(): Promise<void> {
    for (const departure of this.#departures.values()) await departure.end();
  }
}
