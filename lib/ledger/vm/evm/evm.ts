import type { StateReader, StateWrite } from '../../core/storage';
import type { AccountState } from './evm-state';
import type { EvmCrypto } from './crypto';

/**
 * The Ethereum virtual machine as the frameworks of the Ethereum family see it: messages in, results out, state read
 * through a {@link StateReader} and handed back as writes. Which interpreter works behind it is nobody's business,
 * so that a faster one can take its place.
 */
export interface Evm {
  readonly crypto: EvmCrypto;
  /**
   * Begins executing on top of `environment.state`. Sessions are independent of one another; an open one holds an
   * interpreter, so it must be closed.
   */
  open(environment: EvmEnvironment): Promise<EvmSession>;
}

export interface EvmEnvironment {
  readonly chainId: bigint;
  readonly state: EvmStateReader;
  readonly block: EvmBlockContext;
  /** Called between two slices of work instead of the machine's own `yieldTurn`. */
  readonly pace?: EvmPace;
}

export interface EvmStateReader extends StateReader {
  /** These keys are likely to be read next: where a read is a journey, they come together. Absent: reads are cheap. */
  readonly prefetch?: (keys: readonly Uint8Array[]) => void;
}

export interface EvmPace {
  /**
   * A slice of work is full: lets others have their turn. What it throws ends the execution; the session is then good
   * for nothing but `close`.
   */
  pause(): Promise<void>;
}

/** What contracts can ask about the block they run in. */
export interface EvmBlockContext {
  readonly number: bigint;
  /** Seconds since 1970. */
  readonly timestamp: bigint;
  /** 20 bytes: who receives fees. */
  readonly coinbase: Uint8Array;
  readonly gasLimit: bigint;
  /** Wei per gas that is burnt; zero on sub-chains. */
  readonly baseFee: bigint;
  /** 32 bytes. */
  readonly prevRandao: Uint8Array;
  /** Hash of one of the 256 blocks before this one; undefined when there is none. */
  readonly blockHash: (number: bigint) => Uint8Array | undefined;
}

export interface EvmMessage {
  /** 20 bytes. */
  readonly from: Uint8Array;
  /** 20 bytes; absent: `data` is the creation code of a new contract. */
  readonly to?: Uint8Array | undefined;
  readonly gasLimit: bigint;
  /** Price that the sender pays for a unit of gas, in wei. */
  readonly gasPrice: bigint;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** EIP-2930: addresses and slots that are warm from the start. */
  readonly accessList: readonly AccessListEntry[];
}

export interface AccessListEntry {
  readonly address: Uint8Array;
  readonly slots: readonly Uint8Array[];
}

export interface EvmLog {
  readonly address: Uint8Array;
  readonly topics: readonly Uint8Array[];
  readonly data: Uint8Array;
}

/** What came of a message. Running out of gas or reverting is a result, not an error. */
export interface EvmResult {
  /** Absent when it succeeded. */
  readonly failure?: EvmFailure;
  /** What the sender pays: intrinsic cost and execution, less refunds, at least the calldata floor. */
  readonly gasUsed: bigint;
  /** What it took before refunds: the least gas limit that could do. */
  readonly gasUsedMax: bigint;
  /** Return data, or the revert's data. */
  readonly output: Uint8Array;
  readonly logs: readonly EvmLog[];
  /** Address of the contract that the message created. */
  readonly createdAddress?: Uint8Array;
}

export interface EvmFailure {
  readonly kind: 'revert' | 'halt';
  /** In the words of go-ethereum: `execution reverted`, `out of gas`, `invalid jump destination` … */
  readonly message: string;
}

export interface EvmSession {
  /** The account as of the messages executed so far; nonce, balance and code hash of nothing when there is none. */
  account(address: Uint8Array): AccountState;
  hasCode(address: Uint8Array): boolean;
  /** Sets fields of an account outside of any message: genesis allocation, overrides of a call. */
  put(address: Uint8Array, fields: AccountFields): Promise<void>;
  /**
   * Executes a message as a transaction: buys gas, raises the sender's nonce, pays refunds and fees. The caller has
   * checked nonce, funds and intrinsic gas. Between slices of work other work of the process gets its turn.
   *
   * @param options.signal aborts between two slices with the signal's reason; the session is then good for nothing
   *   but `close`. Never given when a block is executed: no clock may enter its result.
   */
  execute(message: EvmMessage, options?: { readonly signal?: AbortSignal }): Promise<EvmResult>;
  /** Forgets what was changed since `open`. */
  discard(): void;
  /**
   * The new state root and all writes since `open`, sorted by key, each key once.
   * @param parentRoot the state root that the environment's state has
   */
  commit(parentRoot: Uint8Array): { readonly stateRoot: Uint8Array; readonly writes: StateWrite[] };
  close(): void;
}

export interface AccountFields {
  readonly nonce?: bigint;
  readonly balance?: bigint;
  readonly code?: Uint8Array;
  /** Slots to set, the others stay. */
  readonly slots?: readonly { readonly slot: Uint8Array; readonly value: Uint8Array }[];
  /** Forget all slots first. */
  readonly clearSlots?: boolean;
}
