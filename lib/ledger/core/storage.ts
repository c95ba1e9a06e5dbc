import type { LedgerError } from './errors';
import type { ChainId, Height } from './types';

/**
 * The storage socket: where a host's sub-chains live. One writer per directory.
 *
 * Durable means: survives a power cut. `commit` resolves only once the block, its receipts and its state
 * changes would be found again after one.
 */
export interface LedgerStorage {
  /** Chains that have at least a durable genesis block, in no particular order. */
  chains(): readonly ChainId[];
  /** The chain's storage, or undefined when nothing was ever committed for it, or it is damaged. The same object each time, until it rests. */
  open(chain: ChainId): ChainStorage | undefined;
  /** Height of the chain's last durable block, also of one that is damaged and does not reach it any more; -1 when there is none. Opens nothing. */
  height(chain: ChainId): number;
  /** `ChainStorage.firstHeight`, without opening anything; 0 for an unknown chain. */
  firstHeight(chain: ChainId): number;
  /**
   * The chain is not in use for now: what is held in memory of it goes, at once or when it is in the index; what was
   * opened of it must not be used again. Nothing happens while something of it is under way.
   */
  rest(chain: ChainId): void;
  /**
   * Makes room for a chain; nothing is durable before its genesis block is. The same object when it exists. Error
   * `storage-corrupt` when it is damaged.
   */
  create(chain: ChainId): ChainStorage;
  /**
   * Begins to fill a chain aside from the live one of that name, if there is one: readers and writers of that one notice
   * nothing. What is staged is not there before `install`; a crash before it forgets it whole. One at a time a name.
   */
  stage(chain: ChainId): Promise<StagedChain>;
  /** Why a chain cannot be opened: what its state is made of cannot be read. Only `remove` ends that, or another one that is installed in its place. */
  damageOf(chain: ChainId): LedgerError<'storage-corrupt'> | undefined;
  /** A block of a damaged chain, when that can still be read. */
  blockOfDamaged(chain: ChainId, height: Height): Uint8Array | undefined;
  /** Forgets a chain and frees its space, durably. Idempotent. Readers of its state must have been released. */
  remove(chain: ChainId): Promise<void>;
  /** Bytes that the chain takes: its blocks and write sets in the log, its state in the index. 0 when unknown. */
  sizeBytes(chain: ChainId): number;
  /** Bytes of keys, values and notes of the chain that are held in memory now. Cheap: they are counted as they come and go. */
  memoryBytes(chain: ChainId): number;
  /**
   * Reads every durable byte once more, giving other work its turn in between, puts right what it can by itself and
   * answers everything it found: at most {@link DAMAGES_MAX}.
   */
  verify(): Promise<readonly Damage[]>;
  /** There is no room: what would be written is refused with `storage-full`. Ends by itself when there is room again. */
  readonly isFull: boolean;
  /** Gives back memory that it keeps for speed. For moments in which no chain is open; never rejects. False: something was in use all the same. */
  relax(): Promise<boolean>;
  /** Counters since the storage was opened: for gauges and for the count of fdatasync calls per block. */
  stats(): StorageStats;
  /** Waits for what is pending, then releases the directory. */
  close(): Promise<void>;
}

export interface ChainStorage {
  readonly chain: ChainId;
  /** Height of the last durable block; -1 before genesis. */
  readonly height: number;
  /**
   * The lowest height from which all blocks up to `height` are here; 0 when none is missing. A chain that was staged may
   * lack older ones: genesis is always here, some others may be, {@link fillBlock} brings the rest.
   */
  readonly firstHeight: number;
  /** Height of the last block handed to `commit`. */
  readonly pendingHeight: number;
  /** State as of the last durable block. Moves on with each block: whoever awaits between two reads takes a `snapshot`. */
  readonly state: StateReader;
  /** State including blocks handed to `commit` that are not durable yet. Only execution may look at it. */
  readonly pendingState: StateReader;
  /** The durable state as of now, held until it is released. */
  snapshot(): StateSnapshot;
  /**
   * The durable state at a height, held until it is released however long that takes: unlike a {@link snapshot} it does
   * not get too old. Costs the disk what is replaced meanwhile, so a host holds few. The height is that of the last
   * durable block, or a later one than some snapshot's that is still held; error `view-too-old` otherwise.
   */
  pin(height: Height): Promise<StateSnapshot>;
  /** The durable block's record as it was committed (the engine's encoding), or undefined: also below `firstHeight`, where it is not here. */
  block(height: Height): Uint8Array | undefined;
  /**
   * Appends a block and its state changes. Heights are consecutive. Resolves when both are durable; several
   * commits, also of different chains, share one sync. A rejection with `storage-failed` is final: the storage takes no
   * more. With `storage-full` it forgets all that was handed over and is not durable, and this chain takes nothing until
   * `restart`.
   * Writes: sorted by key, each key once; keys of 1 to 1,024 bytes; values never empty. Notes are set or cleared
   * together with the block: both are there after a power cut, or neither.
   */
  commit(height: Height, block: Uint8Array, writes: readonly StateWrite[], notes?: Notes): Promise<void>;
  /**
   * Changes of the state between two blocks, after all that was handed over before: for keys that are the peer's own and
   * that no block of another peer changes. Writes and errors as those of `commit`; resolves when they are durable.
   */
  writeLocal(writes: readonly StateWrite[]): Promise<void>;
  /** Whoever begins with this chain goes on from `height`: after a restart, or after `storage-full`. */
  restart(): void;
  /**
   * Puts the block below `firstHeight` back, durably; several at once go downwards. The caller has checked that it is the
   * one which the block above names. Refused with `storage-full`, it can be put again: the chain needs no `restart`.
   */
  fillBlock(height: Height, block: Uint8Array): Promise<void>;
  /**
   * Puts the bytes of a durable block in the place of damaged ones; the caller has made sure that it is that block.
   * Errors as those of `commit`.
   */
  rewriteBlock(height: Height, block: Uint8Array): Promise<void>;
  /** A durable fact beside the blocks (why the peer stopped, its votes). */
  note(name: string): Uint8Array | undefined;
  /** All durable notes. */
  notes(): ReadonlyMap<string, Uint8Array>;
  /** Sets or clears a note, durably; shares the group's sync. Needs a genesis block. At most {@link NOTE_BYTES_MAX}. */
  setNote(name: string, value: Uint8Array | undefined): Promise<void>;
  /** Several at once: all of them are there after a power cut, or none. */
  setNotes(notes: Notes): Promise<void>;
}

/** A chain that is being filled. Each promise resolves when its part is written; awaiting each bounds the memory. */
export interface StagedChain {
  readonly chain: ChainId;
  /** Entries of the state at the height that will be installed; sorted by key, each key once, as in a commit. */
  putState(entries: readonly StateEntry[]): Promise<void>;
  putBlock(height: Height, block: Uint8Array): Promise<void>;
  /**
   * Makes it the chain of its name, in one durable step: with its last block at that height and with these notes alone.
   * The chain that had the name is gone with it: nothing of that may be under way, its snapshots are `view-too-old`.
   * Blocks 0 and `height` must have been put. Nothing more can be put then.
   */
  install(head: { readonly height: Height; readonly notes: Notes }): Promise<ChainStorage>;
  /** Forgets it and frees its space. Idempotent, also after `install`, which it does not undo. */
  discard(): Promise<void>;
}

/** Stored bytes that are not those that were written. */
export interface Damage {
  readonly file: string;
  /** Of what is damaged as a whole: the byte lies there or behind it. */
  readonly offset: number;
  /** A sentence without a full stop. */
  readonly what: string;
  /** The bytes were known from others and are there again. */
  readonly isRepaired: boolean;
  /** What to do, where that is known better than in general. A sentence with its full stop. */
  readonly advice?: string;
  /** Whom it concerns, when that is known. */
  readonly chain?: ChainId;
  /** The damage is to this block's bytes alone: another peer's are as good, see `rewriteBlock`. */
  readonly height?: Height;
}

/** By name; undefined clears. */
export type Notes = ReadonlyMap<string, Uint8Array | undefined>;

/** Ordered key-value state. Keys compare as bytes; values are never empty. */
export interface StateReader {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries with from ≤ key < to, ascending (or descending), at most `limit`. */
  range(options: StateRange): readonly StateEntry[];
}

export interface StateRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly limit: number;
  readonly reverse?: boolean;
}

/** State at one height; reads throw LedgerError `view-too-old` when too many blocks came since, or too much of the state was replaced. */
export interface StateSnapshot extends StateReader {
  readonly height: number;
  /** Idempotent. Reads after it throw. */
  release(): void;
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
  /** fdatasync calls of the log. */
  readonly syncs: number;
  /** Chains of which more than the record is held in memory. */
  readonly openChains: number;
  readonly commits: number;
  readonly bytesWritten: number;
  /** Bytes of the log's files, and what of them belongs to removed chains and goes once a file holds nothing else. */
  readonly diskBytes: number;
  readonly deadBytes: number;
}

/** Of a chain before its first block. */
export const EMPTY_STATE: StateReader = { get: () => undefined, range: () => [] };
export const STATE_KEY_BYTES_MAX = 1_024;
/** A note may hold a whole block: the one that a validator is bound to. */
export const NOTE_BYTES_MAX = 17 * 1024 * 1024;
export const DAMAGES_MAX = 1_000;
