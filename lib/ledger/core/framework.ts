import type { z } from 'zod';
import type { ChainId, Hash, Height, TimeMs } from './types';
import type { StateReader, StateWrite } from './storage';

/**
 * The framework socket: what a transaction means on one kind of sub-chain.
 *
 * A framework is pure with respect to the machine: it owns no clock, disk, network or randomness.
 * The same state and the same block give the same {@link ExecutedBlock} on every peer. A transaction
 * that fails is a receipt, never an exception; an exception out of `executeBlock` stops the peer.
 *
 * A new framework is a new folder under `frameworks/`, never a change in `core/`.
 */
export interface Framework<Config = unknown> {
  /** Stable name, written into the genesis block: `ethereum`, later `fabric`, `fisco-bcos` … */
  readonly name: string;
  /** Newest rules of execution that it knows. A block that names a higher version stops an older program (fail-stop, not fork). */
  readonly engineVersion: number;
  /** The sub-chain's settings, written into the genesis block as canonical JSON and parsed on each open. */
  readonly configSchema: z.ZodType<Config>;
  /** Binds the framework to one peer's copy of one sub-chain. Must not read state before it is asked to. */
  open(context: FrameworkContext<Config>): FrameworkInstance;
}

export interface FrameworkContext<Config> {
  readonly chain: ChainId;
  readonly config: Config;
}

export interface FrameworkInstance {
  /**
   * Most cost that one block may carry: a proposer takes transactions while the sum of their `cost` stays at or below.
   * A single transaction above it is refused by `checkTransaction`. Absent: no cap.
   */
  readonly blockCostMax?: bigint;

  /**
   * When a reader of the head is owed a block though nobody has a transaction: clients that wait for confirmations, or
   * take their time from the head, would wait for ever on a sub-chain that seals nothing while it is idle. At most one
   * block a second. Absent: never.
   */
  readonly blocksOnDemand?: BlocksOnDemand;

  /**
   * State keys whose first byte is this or greater are the peer's own: other peers hold others, no root commits to them and
   * no snapshot for other peers holds them. Absent: there are none.
   */
  readonly localKeysFrom?: number;

  /** State and roots at height 0. */
  initGenesis(input: GenesisInput): Promise<ExecutedBlock>;

  /**
   * Decides whether a transaction may be queued: form, signature, sequence, funds, intrinsic cost.
   * Reads the state as of the last block that was executed. Throws {@link TransactionRefused} when not.
   */
  checkTransaction(bytes: Uint8Array, state: StateReader): Promise<CheckedTransaction>;

  /** Executes ordered transactions on top of `state` and returns everything a peer stores for the block. */
  executeBlock(input: BlockInput, state: StateReader): Promise<ExecutedBlock>;

  /**
   * What this peer keeps for itself between two blocks: changes of its own keys, on the state with all that was executed.
   * Sorted, each key once. Throws an error of the framework's own protocol. Absent: it keeps nothing.
   */
  keepLocally?(request: unknown, state: StateReader): readonly StateWrite[];

  /**
   * Answers a read on durable state. Requests and answers are the framework's own types;
   * its door codec is the only caller. Throws an error of the framework's own protocol.
   */
  query(request: unknown, view: ReadView): Promise<unknown>;
}

export interface BlocksOnDemand {
  /** A read of the head asks for one when the last transaction is in a block younger than so many. */
  readonly confirmations?: number;
  /** … or when the head is older, in milliseconds. */
  readonly ageMsMax?: number;
  /** Whether a request reads the head. */
  readonly readsHead: (request: unknown) => boolean;
}

export interface GenesisInput {
  readonly time: TimeMs;
}

export interface BlockInput {
  readonly height: Height;
  readonly parentHash: Hash;
  readonly time: TimeMs;
  /** The proposer's public key as DER SubjectPublicKeyInfo; frameworks derive a coinbase from it if they need one. */
  readonly proposer: Uint8Array;
  readonly transactions: readonly Uint8Array[];
  /** Version of the rules in force at this height. */
  readonly engineVersion: number;
  /**
   * True while a proposer builds the block: a transaction that cannot be part of it (its sequence is used up, its
   * sender cannot pay any more) is left out and named in `dropped`. False on a peer that re-executes an ordered
   * block: there such a transaction proves the proposer wrong and is thrown as an error.
   */
  readonly building: boolean;
  /**
   * Only while building: asked between two transactions, so never before the first was included or dropped. True: other
   * sub-chains wait for the thread. What comes after is left for a later block, neither included nor dropped.
   */
  readonly isEnough?: () => boolean;
  /**
   * Waits for something that is not this thread's work, such as the turn of sockets and files. The time does
   * not count as the sub-chain's; whoever waits in another way pays for it. Absent: wait.
   */
  readonly aside?: <T>(wait: () => Promise<T>) => Promise<T>;
  /** As `aside`, for what another thread does alone: however many wait so, they hold up no turn of this thread. */
  readonly elsewhere?: <T>(wait: () => Promise<T>) => Promise<T>;
}

export interface ExecutedBlock {
  /** Transactions of the block, in order: those of the input, without the dropped and without what was left for later. */
  readonly transactions: readonly ExecutedTransaction[];
  readonly dropped: readonly { readonly index: number; readonly reason: TransactionRefused }[];
  readonly stateRoot: Hash;
  readonly receiptRoot: Hash;
  readonly transactionRoot: Hash;
  /** Root over events or logs; frameworks without one return the hash of nothing (32 zero bytes). */
  readonly eventRoot: Hash;
  /** The block header in the framework's own encoding (Ethereum: RLP), committed to by the engine's header. */
  readonly frameworkHeader: Uint8Array;
  /** Everything the block changes on every peer: state, receipts, indices. Sorted by key, each key once. */
  readonly writes: readonly StateWrite[];
  /**
   * What the block changes of the peer's own keys (`localKeysFrom`). Asked when the block is committed, on the state before
   * it, where own keys may be other than they were when it was executed. Both become durable together. Sorted, each key
   * once; must not throw. Absent: nothing.
   */
  readonly localWrites?: (state: StateReader) => readonly StateWrite[];
  /** Time of worker threads that the execution took. Absent: none. */
  readonly workerMs?: number;
}

export interface ExecutedTransaction {
  readonly id: Hash;
  readonly bytes: Uint8Array;
  readonly succeeded: boolean;
}

/** What a framework tells the queue about a transaction that it would execute. */
export interface CheckedTransaction {
  readonly id: Hash;
  readonly bytes: Uint8Array;
  /** Upper bound of work in the framework's own unit (Ethereum: gas limit); a block's sum is capped. */
  readonly cost: bigint;
  /**
   * Transactions of one lane execute in the order of their sequence (Ethereum: sender and nonce). `next` is the
   * lane's next free sequence in the state. The queue holds a transaction that is ahead of its lane back, up to a limit.
   * Absent: any order.
   */
  readonly lane?: { readonly key: string; readonly sequence: bigint; readonly next: bigint };
}

/** Durable state at one height, as a door's read sees it. */
export interface ReadView {
  readonly height: Height;
  /** Highest height that any peer told of; above `height`: this peer lags. */
  readonly knownHeight: number;
  readonly state: StateReader;
  /**
   * The lowest height from which all blocks are here. Above 0, the peer joined from a snapshot and still fetches those
   * before it: a read that needs one says so instead of answering that there is none.
   */
  readonly firstHeight: number;
  /** Header and block by height; undefined when there is none, or it is below `firstHeight`. */
  readonly blockAt: (height: Height) => StoredBlockView | undefined;
  /** Aborted when the caller's time is up; long reads look at it. */
  readonly signal: AbortSignal;
  /** Tells of time that a worker thread spent on the read. */
  readonly spentOnWorker?: (ms: number) => void;
}

export interface StoredBlockView {
  readonly height: Height;
  readonly hash: Hash;
  readonly time: TimeMs;
  readonly frameworkHeader: Uint8Array;
  readonly transactions: readonly Uint8Array[];
}

/**
 * A transaction that may not enter the queue. `code` is the framework's own (Ethereum: `nonce-too-low`,
 * `insufficient-funds` …); its door turns it into the protocol's error shape.
 */
export class TransactionRefused extends Error {
  override readonly name = 'TransactionRefused';
  constructor(
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
