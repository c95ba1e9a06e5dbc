import type { CheckedTransaction } from './framework';
import type { ChainId, TimeMs } from './types';

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
  /** Takes the next batch out, in order; empty when nothing is ready. Lanes keep their sequence. */
  cut(chain: ChainId, caps: BlockCaps): readonly CheckedTransaction[];
  /** The batch was executed: its transactions may be forgotten. Once for each batch, before the next cut. */
  settle(chain: ChainId, batch: readonly CheckedTransaction[]): void;
  /** Transactions of the chain inside, held ones too. */
  queued(chain: ChainId): number;
  /** Drops everything of the chain. */
  forget(chain: ChainId): void;
}

/**
 * `queued`: will be cut in its turn. `held`: an earlier sequence of its lane is missing; `held-before`: and the same id
 * is held already. `duplicate`: the same id is inside already, queued or cut but not settled.
 */
export type Placement = 'queued' | 'held' | 'held-before' | 'duplicate';

/** A block ends at the first of these; one transaction always fits. */
export interface BlockCaps {
  readonly transactionsMax: number;
  readonly bytesMax: number;
  readonly costMax?: bigint;
}
