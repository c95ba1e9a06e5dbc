import { TransactionRefused, type CheckedTransaction } from '../../core/framework';
import type { BlockCaps, Placement } from '../../core/ordering';
import type { Hash, TimeMs } from '../../core/types';
import { DrainRate } from './drain-rate';

/** How far ahead of its lane a transaction may be and still wait. */
export const SEQUENCE_GAP_MAX = 64;
/** A held transaction whose predecessor does not come is forgotten after this time. */
export const HOLD_MS_MAX = 10 * 60 * 1_000;

interface Lane {
  /** Transactions of the lane that are ready; while there are any, `next` is right, whatever the state says. */
  live: number;
  next: bigint;
  readonly held: Map<bigint, CheckedTransaction>;
}

interface Held {
  readonly transaction: CheckedTransaction;
  readonly since: TimeMs;
}

/** One chain's queue: first in, first out, except that a lane's transactions leave in the order of their sequence. */
export class ChainQueue {
  /** In the order in which they became ready. */
  readonly #ready = new Map<Hash, CheckedTransaction>();
  readonly #lanes = new Map<string, Lane>();
  /** Oldest first. */
  readonly #held = new Map<Hash, Held>();

  readonly drain = new DrainRate();
  #bytes = 0;

  /** Bytes of the transactions inside. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Transactions inside, held ones too. */
  get size(): number {
    return this.#ready.size + this.#held.size;
  }

  get ready(): number {
    return this.#ready.size;
  }

  get held(): number {
    return this.#held.size;
  }

  /** Throws TransactionRefused when the sequence cannot be waited for. */
  place(transaction: CheckedTransaction, now: TimeMs): Placement {
    if (this.#held.has(transaction.id)) return 'held-before';
    if (this.#ready.has(transaction.id)) return 'duplicate';
    const { lane } = transaction;
    if (lane === undefined) {
      this.#bytes += transaction.bytes.length;
      this.#ready.set(transaction.id, transaction);
      return 'queued';
    }
    const known = this.#lanes.get(lane.key);
    const next = known !== undefined && known.live > 0 && known.next > lane.next ? known.next : lane.next;
    if (lane.sequence < lane.next) throw refuse('sequence-too-low', lane.sequence, next);
    if (lane.sequence < next || known?.held.has(lane.sequence) === true) throw refuse('sequence-taken', lane.sequence, next);
    if (lane.sequence - next > BigInt(SEQUENCE_GAP_MAX)) throw refuse('sequence-too-high', lane.sequence, next);
    const entry = known ?? { live: 0, next, held: new Map<bigint, CheckedTransaction>() };
    this.#lanes.set(lane.key, entry);
    this.#bytes += transaction.bytes.length;
    if (lane.sequence > next) {
      entry.held.set(lane.sequence, transaction);
      this.#held.set(transaction.id, { transaction, since: now });
      return 'held';
    }
    entry.next = next;
    this.#follow(entry, transaction);
    return 'queued';
  }

  /** The next batch; it stays inside. */
  cut({ transactionsMax, bytesMax, costMax }: BlockCaps): readonly CheckedTransaction[] {
    const batch: CheckedTransaction[] = [];
    let bytes = 0;
    let cost = 0n;
    for (const next of this.#ready.values()) {
      bytes += next.bytes.length;
      cost += next.cost;
      if (batch.length > 0 && (batch.length >= transactionsMax || bytes > bytesMax || (costMax !== undefined && cost > costMax))) break;
      batch.push(next);
    }
    return batch;
  }

  /** Forgets those that are inside. One that was held had its predecessors elsewhere: what waited for it may go. */
  settle(ids: readonly Hash[]): void {
    for (const id of ids) {
      const ready = this.#ready.get(id);
      const held = this.#held.get(id)?.transaction;
      const { lane, bytes } = ready ?? held ?? {};
      if (bytes !== undefined) {
        this.#bytes -= bytes.length;
        this.drain.leave(1);
      }
      this.#ready.delete(id);
      if (held !== undefined) this.#release(held);
      const entry = lane === undefined ? undefined : this.#lanes.get(lane.key);
      if (lane === undefined || entry === undefined) continue;
      if (ready !== undefined) entry.live -= 1;
      if (entry.next <= lane.sequence) {
        entry.next = lane.sequence + 1n;
        const follower = entry.held.get(entry.next);
        if (follower !== undefined) {
          this.#release(follower);
          this.#follow(entry, follower);
        }
      }
      this.#forgetIfEmpty(lane.key, entry);
    }
  }

  /** Takes all held ones out. */
  takeHeld(): readonly CheckedTransaction[] {
    const all = [...this.#held.values()].map(({ transaction }) => transaction);
    for (const transaction of all) this.#drop(transaction);
    return all;
  }

  /** Forgets transactions that waited too long for their predecessor; says which. */
  expire(now: TimeMs): readonly Hash[] {
    const expired: Hash[] = [];
    for (const { transaction, since } of this.#held.values()) {
      if (now - since <= HOLD_MS_MAX) break;
      this.#drop(transaction);
      expired.push(transaction.id);
    }
    return expired;
  }

  /** The transaction is next in its lane: it and those that waited for it become ready. */
  #follow(entry: Lane, first: CheckedTransaction): void {
    for (let next: CheckedTransaction | undefined = first; next !== undefined; next = entry.held.get(entry.next)) {
      if (next !== first) this.#release(next);
      this.#ready.set(next.id, next);
      entry.live += 1;
      entry.next += 1n;
    }
  }

  #release(transaction: CheckedTransaction): void {
    this.#held.delete(transaction.id);
    if (transaction.lane !== undefined) this.#lanes.get(transaction.lane.key)?.held.delete(transaction.lane.sequence);
  }

  #drop(transaction: CheckedTransaction): void {
    this.#release(transaction);
    this.#bytes -= transaction.bytes.length;
    const { lane } = transaction;
    const entry = lane === undefined ? undefined : this.#lanes.get(lane.key);
    if (lane !== undefined && entry !== undefined) this.#forgetIfEmpty(lane.key, entry);
  }

  #forgetIfEmpty(key: string, entry: Lane): void {
    if (entry.live === 0 && entry.held.size === 0) this.#lanes.delete(key);
  }
}

function refuse(code: 'sequence-too-low' | 'sequence-taken' | 'sequence-too-high', sequence: bigint, next: bigint): TransactionRefused {
  const text = {
    'sequence-too-low': `sequence ${sequence} is used up, the next is ${next}`,
    'sequence-taken': `another transaction with sequence ${sequence} is waiting already`,
    'sequence-too-high': `sequence ${sequence} is more than ${SEQUENCE_GAP_MAX} ahead of the next, ${next}`,
  }[code];
  return new TransactionRefused(code, text, { sequence: String(sequence), next: String(next) });
}
