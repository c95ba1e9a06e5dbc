import { assert } from '@/lib/platform/pure/assert';
import { TransactionRefused, type CheckedTransaction } from '../../core/framework';
import type { BlockCaps, Placement } from '../../core/ordering';
import type { Hash, TimeMs } from '../../core/types';

/** How far ahead of its lane a transaction may be and still wait. */
export const SEQUENCE_GAP_MAX = 64;
/** A held transaction whose predecessor does not come is forgotten after this time. */
export const HOLD_MS_MAX = 10 * 60 * 1_000;
const COMPACT_FROM = 256;

interface Lane {
  /** Transactions of the lane that are ready or cut; while there are any, `next` is right, whatever the state says. */
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
  #ready: CheckedTransaction[] = [];
  #taken = 0;
  #cut = 0;
  readonly #ids = new Set<Hash>();
  readonly #lanes = new Map<string, Lane>();
  /** Oldest first. */
  readonly #held = new Map<Hash, Held>();

  /** Transactions inside, also those that are cut and not settled. */
  get size(): number {
    return this.#ids.size;
  }

  get ready(): number {
    return this.#ready.length - this.#taken;
  }

  get held(): number {
    return this.#held.size;
  }

  /** Throws TransactionRefused when the sequence cannot be waited for. */
  place(transaction: CheckedTransaction, now: TimeMs): Placement {
    if (this.#held.has(transaction.id)) return 'held-before';
    if (this.#ids.has(transaction.id)) return 'duplicate';
    const { lane } = transaction;
    if (lane === undefined) {
      this.#admit(transaction);
      return 'queued';
    }
    const known = this.#lanes.get(lane.key);
    const next = known !== undefined && known.live > 0 && known.next > lane.next ? known.next : lane.next;
    if (lane.sequence < lane.next) throw refuse('sequence-too-low', lane.sequence, next);
    if (lane.sequence < next || known?.held.has(lane.sequence) === true) throw refuse('sequence-taken', lane.sequence, next);
    if (lane.sequence - next > BigInt(SEQUENCE_GAP_MAX)) throw refuse('sequence-too-high', lane.sequence, next);
    const entry = known ?? { live: 0, next, held: new Map<bigint, CheckedTransaction>() };
    this.#lanes.set(lane.key, entry);
    if (lane.sequence > next) {
      entry.held.set(lane.sequence, transaction);
      this.#held.set(transaction.id, { transaction, since: now });
      this.#ids.add(transaction.id);
      return 'held';
    }
    entry.next = next;
    this.#follow(entry, transaction);
    return 'queued';
  }

  cut({ transactionsMax, bytesMax, costMax }: BlockCaps): readonly CheckedTransaction[] {
    const batch: CheckedTransaction[] = [];
    let bytes = 0;
    let cost = 0n;
    for (let next = this.#ready[this.#taken]; next !== undefined && batch.length < transactionsMax; next = this.#ready[this.#taken]) {
      bytes += next.bytes.length;
      cost += next.cost;
      if (batch.length > 0 && (bytes > bytesMax || (costMax !== undefined && cost > costMax))) break;
      batch.push(next);
      this.#taken += 1;
    }
    this.#cut += batch.length;
    if (this.#taken === this.#ready.length || this.#taken >= COMPACT_FROM) {
      this.#ready = this.#ready.slice(this.#taken);
      this.#taken = 0;
    }
    return batch;
  }

  settle(batch: readonly CheckedTransaction[]): void {
    this.#cut -= batch.length;
    assert(this.#cut >= 0, 'no more is settled than was cut');
    for (const { id, lane } of batch) {
      this.#ids.delete(id);
      const entry = lane === undefined ? undefined : this.#lanes.get(lane.key);
      if (lane === undefined || entry === undefined) continue;
      entry.live -= 1;
      if (entry.live === 0 && entry.held.size === 0) this.#lanes.delete(lane.key);
    }
  }

  /** Forgets transactions that waited too long for their predecessor; says how many. */
  expire(now: TimeMs): number {
    let count = 0;
    for (const [id, { transaction, since }] of this.#held) {
      if (now - since <= HOLD_MS_MAX) break;
      this.#release(transaction);
      this.#ids.delete(id);
      count += 1;
      const { lane } = transaction;
      const entry = lane === undefined ? undefined : this.#lanes.get(lane.key);
      if (lane !== undefined && entry !== undefined && entry.live === 0 && entry.held.size === 0) this.#lanes.delete(lane.key);
    }
    return count;
  }

  #admit(transaction: CheckedTransaction): void {
    this.#ready.push(transaction);
    this.#ids.add(transaction.id);
  }

  /** The transaction is next in its lane: it and those that waited for it become ready. */
  #follow(entry: Lane, first: CheckedTransaction): void {
    for (let next: CheckedTransaction | undefined = first; next !== undefined; next = entry.held.get(entry.next)) {
      if (next !== first) this.#release(next);
      this.#admit(next);
      entry.live += 1;
      entry.next += 1n;
    }
  }

  #release(transaction: CheckedTransaction): void {
    this.#held.delete(transaction.id);
    if (transaction.lane !== undefined) this.#lanes.get(transaction.lane.key)?.held.delete(transaction.lane.sequence);
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
