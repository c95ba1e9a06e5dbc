import type { CheckedTransaction } from './framework';
import type { ChainId, Hash, TimeMs } from './types';

/**
 * The ordering socket: who decides what comes before what. It moves checked transactions and knows no meaning; it
 * promises nothing durable, for a transaction is reported final with its block alone.
 */
export interface Ordering {
  /**
   * Takes a transaction in. Rejects with `TransactionRefused` (`sequence-too-high`, `sequence-too-low`,
   * `sequence-taken`) or LedgerError `queue-full`.
   */
  place(chain: ChainId, transaction: CheckedTransaction, now: TimeMs): Promise<Placement>;
  /** Called when `cut` has something for a chain that had nothing. One listener. */
  onReady(listener: (chain: ChainId) => void): void;
  /** Forgets held ones, of all chains, whose missing sequence did not come in time. It has no timer: whoever owns it asks now and then. */
  expire(now: TimeMs): void;
  /** Called with the ids of held ones that were forgotten because they waited too long. One listener. */
  onExpired(listener: (chain: ChainId, ids: readonly Hash[]) => void): void;
  /**
   * The next batch, in order; empty when nothing is ready. Lanes keep their sequence. It stays inside until it is
   * settled: a proposal may come to nothing, and then the next cut begins with the same transactions.
   */
  cut(chain: ChainId, caps: BlockCaps): readonly CheckedTransaction[];
  /** These are in a block, whoever built it, or can be in none: forgets those of them that are inside. */
  settle(chain: ChainId, ids: readonly Hash[]): void;
  /** Transactions that `cut` would find. */
  ready(chain: ChainId): number;
  /** Takes the held ones out: a block of somebody else may have brought what they waited for. */
  takeHeld(chain: ChainId): readonly CheckedTransaction[];
  /** Transactions of the chain inside, held ones too. */
  queued(chain: ChainId): number;
  /** … and their bytes. */
  queuedBytes(chain: ChainId): number;
  /** Drops everything of the chain. */
  forget(chain: ChainId): void;
}

/**
 * `queued`: will be cut in its turn. `held`: an earlier sequence of its lane is missing; `held-before`: and the same id
 * is held already. `duplicate`: the same id is inside already.
 */
export type Placement = 'queued' | 'held' | 'held-before' | 'duplicate';

/** A block ends at the first of these; one transaction always fits. */
export interface BlockCaps {
  readonly transactionsMax: number;
  readonly bytesMax: number;
  readonly costMax?: bigint;
}
