import type { ChainId, Height } from './types';

/**
 * The storage socket: where a host's sub-chains live. One writer per directory.
 *
 * Durable means: survives a power cut. `commit` resolves only once the block, its receipts and its state
 * changes would be found again after one.
 */
export interface LedgerStorage {
  /** Chains that have at least a genesis block, in no particular order. */
  chains(): readonly ChainId[];
  /** The chain's storage, or undefined when nothing was ever committed for it. */
  open(chain: ChainId): ChainStorage | undefined;
  /** Makes room for a chain. Nothing is durable before its genesis block is committed. */
  create(chain: ChainId): ChainStorage;
  /** Forgets a chain and frees its space, durably. Idempotent. */
  remove(chain: ChainId): Promise<void>;
  /** Bytes on disk that the chain takes. */
  sizeBytes(chain: ChainId): number;
  /** Counters since the storage was opened: for gauges and for the count of fdatasync calls per block. */
  stats(): StorageStats;
  /** Waits for what is pending, then releases the directory. */
  close(): Promise<void>;
}

export interface ChainStorage {
  readonly chain: ChainId;
  /** Height of the last durable block; -1 before genesis. */
  readonly height: number;
  /** State as of the last durable block. */
  readonly state: StateReader;
  /** State including blocks handed to `commit` that are not durable yet. Only execution may look at it. */
  readonly pendingState: StateReader;
  /** The block's record as it was committed (the engine's encoding), or undefined. */
  block(height: Height): Uint8Array | undefined;
  /**
   * Appends a block and its state changes. Heights are consecutive. Resolves when both are durable; several
   * commits, also of different chains, share one sync. A rejection is final: the storage takes no more commits.
   */
  commit(height: Height, block: Uint8Array, writes: readonly StateWrite[]): Promise<void>;
}

/** Ordered key-value state. Keys compare as bytes; values are never empty. */
export interface StateReader {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries with from ≤ key < to, ascending (or descending), at most `limit`. */
  range(options: { from: Uint8Array; to: Uint8Array; limit: number; reverse?: boolean }): readonly StateEntry[];
}

export interface StateEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface StateWrite {
  readonly key: Uint8Array;
  /** Absent: the key is deleted. */
  readonly value?: Uint8Array;
}

export interface StorageStats {
  readonly syncs: number;
  readonly commits: number;
  readonly bytesWritten: number;
}
