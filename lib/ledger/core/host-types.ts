import type { ChainId, Hash, Height, TimeMs } from './types';

/**
 * Many peers of many sub-chains in one process: one city node. One storage directory, one writer.
 *
 * Reads see durable blocks only. Idle sub-chains have no timer. Every call throws `LedgerError`: `chain-unknown` for
 * a sub-chain that has no peer here, `closing` once `close` was called.
 */
export interface LedgerHost {
  /** Makes this city node's key for a sub-chain, in this process. Idempotent: the same key again. */
  createPeer(chain: ChainId): Promise<PeerIdentity>;
  /**
   * Opens the sub-chain with this genesis, durably. Idempotent: the same genesis gives the same answer.
   * Errors: `peer-missing`, `genesis-invalid`, `chain-differs`.
   */
  createChain(genesis: GenesisSpec): Promise<ChainHead>;
  /**
   * Hands a transaction to the peer that orders (this one, or another over the link) and resolves when its block is
   * durable here and there; `held` at once when an earlier sequence is missing. The same bytes twice join one answer.
   * Errors: `TransactionRefused` with the framework's or queue's code (`sequence-too-high`, `already-queued` …),
   * `queue-full`, `chain-stopped`, `peers-unreachable`; a rejection by the signal takes nothing back.
   */
  submit(chain: ChainId, bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<SubmitAnswer>;
  /** A read in the framework's own types, on one durable height. Errors of the framework's protocol pass through. */
  query(chain: ChainId, request: unknown, signal: AbortSignal): Promise<unknown>;

  /** Last durable block. Errors: `peer-missing` when only the key is there. */
  head(chain: ChainId): ChainHead;
  blockAt(chain: ChainId, height: Height): BlockView | undefined;
  genesis(chain: ChainId): GenesisView;
  /** Resolves with the head as soon as it is above `after` (at once when it is); rejects with the signal's reason. */
  waitForHeight(chain: ChainId, after: number, signal: AbortSignal): Promise<ChainHead>;

  /** Every peer here, also those that have just their key. */
  chains(): readonly ChainId[];
  /** True when the sub-chain's ledger is here (not its key alone). */
  has(chain: ChainId): boolean;
  peerStatus(chain: ChainId): PeerStatus;
  /** Stops taking part, durably: reads go on. Idempotent. */
  stopChain(chain: ChainId, reason: string): Promise<void>;
  /** Takes part again, also after the peer stopped itself (it then looks at the same block once more). Idempotent. */
  startChain(chain: ChainId): Promise<void>;
  /** Forgets blocks, state and key, durably. Idempotent, also for a sub-chain that was never here. */
  removeChain(chain: ChainId): Promise<void>;

  /** For the other peers: durable block records (canonical bytes) from that height on; at most 256 and about 4 MiB. */
  blockRecords(chain: ChainId, from: Height, limit: number): readonly Uint8Array[];
  /** The bell of another peer: it has this height. Never throws; a follower then fetches what it lacks. */
  announced(chain: ChainId, height: Height): void;
  /** Fetches and re-executes what the others have; resolves with the head then. Errors: `peers-unreachable`, `chain-stopped`. */
  catchUp(chain: ChainId): Promise<ChainHead>;

  /** Reads every durable byte of the log once more. Error `storage-corrupt` with file and offset. */
  verify(): Promise<void>;
  stats(): HostStats;
  /** Takes no more transactions, finishes what is queued, waits for the disk, releases the directory. */
  close(): Promise<void>;
}

export interface PeerIdentity {
  readonly chain: ChainId;
  /** P-256, DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** How blocks become final. `solo`: the ordering peer's signature alone; the others re-execute, sign and raise the alarm. */
export type Finality = 'solo';

export interface GenesisPeer {
  /** Name of the peer: the code of its city node. */
  readonly name: string;
  /** P-256, DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly orders: boolean;
}

export interface GenesisSpec {
  readonly chain: ChainId;
  readonly framework: string;
  /** JSON that the framework's configSchema accepts; kept in the genesis block as canonical JSON. */
  readonly config: unknown;
  readonly time: TimeMs;
  readonly finality: Finality;
  /** 1 to 16; exactly one orders. */
  readonly peers: readonly GenesisPeer[];
}

export interface GenesisView extends GenesisSpec {
  readonly hash: Hash;
}

export interface ChainHead {
  readonly chain: ChainId;
  readonly height: Height;
  readonly hash: Hash;
  readonly time: TimeMs;
  readonly genesisHash: Hash;
}

export interface BlockHeader {
  readonly chain: ChainId;
  readonly height: Height;
  /** Of the genesis block: the hash of the genesis document. */
  readonly previousHash: Hash;
  readonly transactionRoot: Hash;
  readonly receiptRoot: Hash;
  readonly eventRoot: Hash;
  readonly stateRoot: Hash;
  readonly frameworkHeaderHash: Hash;
  readonly time: TimeMs;
  readonly engineVersion: number;
  /** Public key (DER SubjectPublicKeyInfo) of the peer that built the block. */
  readonly proposer: Uint8Array;
  /** Hash of the public keys that may sign this block. */
  readonly validators: Hash;
  /** The same for the next height; differs only in a block that changes the peers. */
  readonly nextValidators: Hash;
}

export interface BlockSignature {
  readonly publicKey: Uint8Array;
  /** ECDSA P-256 over SHA-256 of `signedStatement`, r and s as 64 bytes. */
  readonly signature: Uint8Array;
}

export interface BlockView {
  readonly header: BlockHeader;
  readonly hash: Hash;
  readonly frameworkHeader: Uint8Array;
  readonly transactions: readonly Uint8Array[];
  /** The ordering peer's first, then this peer's own. */
  readonly signatures: readonly BlockSignature[];
  readonly sizeBytes: number;
}

export type SubmitAnswer = FinalAnswer | HeldAnswer;

/** The transaction is in a durable block. `succeeded` is the receipt's word. */
export interface FinalAnswer {
  readonly state: 'final';
  readonly id: Hash;
  readonly height: Height;
  readonly index: number;
  readonly succeeded: boolean;
  readonly blockHash: Hash;
  /** The same transaction was taken in before: this call changed nothing. */
  readonly repeated?: true;
}

/** The transaction waits in memory for an earlier sequence of its lane; a restart forgets it. */
export interface HeldAnswer {
  readonly state: 'held';
  readonly id: Hash;
  readonly repeated?: true;
}

export interface PeerStatus {
  readonly chain: ChainId;
  /** `key`: the peer has its key, its ledger is not opened yet. */
  readonly state: 'key' | 'running' | 'stopped';
  readonly orders: boolean;
  /** Empty when the peer's key is lost: it is stopped then. */
  readonly publicKey: Uint8Array;
  /** Last durable height; -1 while there is only the key. */
  readonly height: number;
  readonly headHash?: Hash;
  readonly sizeBytes: number;
  /** Highest height another peer told of; above `height`: this peer lags. */
  readonly announcedHeight: number;
  /** Transactions waiting here. */
  readonly queued: number;
  /** Why it is stopped, for everybody: nothing of the host's disk. `fault`: it stopped itself because a block was wrong. */
  readonly stopped?: StopNote;
  /** Blocks of others that were refused (wrong signature, not the next …) since the process began, and the last reason: until a block is taken again. */
  readonly refusedBlocks: number;
  readonly lastRefusal?: string;
}

export interface StopNote {
  readonly by: 'operator' | 'fault';
  readonly reason: string;
  /** The height that could not be taken, or the head when an operator stopped it. */
  readonly height: Height;
  readonly time: TimeMs;
}

export interface HostStats {
  readonly chains: number;
  readonly openChains: number;
  readonly queued: number;
  /** Since the host was opened. */
  readonly blocks: number;
  readonly transactions: number;
  readonly droppedTransactions: number;
  readonly syncs: number;
  readonly commits: number;
  readonly bytesWritten: number;
  /** All files of the directory's segments, and what of it belongs to removed sub-chains. */
  readonly diskBytes: number;
  readonly deadBytes: number;
}

/**
 * How a peer reaches the other peers of its sub-chains: in the same process or over the network. Everything that
 * comes through a link is checked by who receives it. A link has time limits of its own: no call hangs.
 */
export interface PeerLink {
  /** Tells the others of a new durable height. Never throws; may be lost: `catchUp` and the next bell heal that. */
  announce(chain: ChainId, height: Height): void;
  /** Block records from that height on, from whoever has them: at most `limit`, in order. Rejects when nobody answers. */
  fetchBlocks(chain: ChainId, from: Height, limit: number): Promise<readonly Uint8Array[]>;
  /** Hands a transaction to the ordering peer; its answer or its refusal (`TransactionRefused`, `LedgerError`) comes back. */
  submit(chain: ChainId, bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<SubmitAnswer>;
}
