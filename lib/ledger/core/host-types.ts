import type { Evidence } from './consensus/evidence';
import type { ChainRules, Finality } from './consensus/rules';
import type { PeerMoves } from './move/pieces';
import type { ChainId, Hash, Height, TimeMs } from './types';

export type { Finality } from './consensus/rules';

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
   * A damaged ledger begins again from it, as with `healChain`. Errors: `peer-missing`, `genesis-invalid`,
   * `chain-differs`.
   */
  createChain(genesis: GenesisSpec): Promise<ChainHead>;
  /**
   * Hands a transaction to a peer that orders (this one, or another over the link) and resolves when its block is final
   * and durable there, and here too, unless this peer cannot have it now (it then lags behind its answer); `held` at once when an earlier sequence is missing. The same bytes twice join one answer.
   * Errors: `TransactionRefused` with the framework's or queue's code (`sequence-too-high`, `already-queued` …),
   * `queue-full`, `chain-stopped`, `peers-unreachable`; a rejection by the signal takes nothing back.
   */
  submit(chain: ChainId, bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<SubmitAnswer>;
  /**
   * A read in the framework's own types, on one durable height. Errors of the framework's protocol pass through. An
   * observer's read of the head is owed no block.
   */
  query(chain: ChainId, request: unknown, signal: AbortSignal, options?: { isObserver?: boolean }): Promise<unknown>;

  /**
   * Has the framework keep something on this peer alone, between two blocks; resolves when it is durable. Errors of the
   * framework's protocol pass through; `chain-stopped`, and `peer-away` while the peer is on its way to another directory.
   */
  keepLocally(chain: ChainId, request: unknown): Promise<void>;

  /** Last durable block. Errors: `peer-missing` when only the key is there. */
  head(chain: ChainId): ChainHead;
  /** Undefined when there is none. Error `block-missing`: there is one, but this peer joined from a snapshot and has not fetched it yet. */
  blockAt(chain: ChainId, height: Height): BlockView | undefined;
  genesis(chain: ChainId): GenesisView;
  /** Resolves with the head as soon as it is above `after` (at once when it is); rejects with the signal's reason. */
  waitForHeight(chain: ChainId, after: number, signal: AbortSignal): Promise<ChainHead>;

  /** Every peer here, also those that have just their key. */
  chains(): readonly ChainId[];
  /** True when the sub-chain's ledger is here (not its key alone). */
  has(chain: ChainId): boolean;
  peerStatus(chain: ChainId): PeerStatus;
  /** The peer as it can be seen without reading its blocks: cheap, for lists of thousands. Undefined when there is none. */
  glance(chain: ChainId): PeerGlance | undefined;
  /**
   * Peers that may be other than when `mark` was given out: those in use, and those that were since. `chains` is undefined
   * when all have to be looked at, as with a mark of another process. Marks are counted from 1.
   */
  changedSince(mark: number): { readonly chains: readonly ChainId[] | undefined; readonly mark: number };
  /** Stops taking part, durably: reads go on. Idempotent. */
  stopChain(chain: ChainId, reason: string): Promise<void>;
  /** Takes part again, also after the peer stopped itself (it then looks at the same block once more, and gets a stored one that it cannot read from another peer). Idempotent. */
  startChain(chain: ChainId): Promise<void>;
  /** Forgets blocks, state and key, durably. Idempotent, also for a sub-chain that was never here. */
  removeChain(chain: ChainId): Promise<void>;

  /** For the other peers: durable block records (canonical bytes) from that height on; at most 256 and about 4 MiB. */
  blockRecords(chain: ChainId, from: Height, limit: number): readonly Uint8Array[];
  /**
   * For the other peers: the answer to who asks for a snapshot of the state at a height, encoded (`SnapshotAnswer`). This
   * peer begins to make one when it is there or comes there soon; asked again, it says how far it is.
   */
  snapshotAnswer(chain: ChainId, height: Height): Uint8Array;
  /** A range of a snapshot that is ready, with its proof, encoded. Error `snapshot-missing`. */
  snapshotRange(chain: ChainId, height: Height, index: number): Uint8Array;
  /** The bell of another peer: it has this height. Never throws; a follower then fetches what it lacks. */
  announced(chain: ChainId, height: Height): void;
  /** A message of another peer, from whom a link says it is: what it claims is checked. Never throws. */
  received(chain: ChainId, from: string, message: Uint8Array): void;
  /**
   * The operator wants these rules from some block on: this peer will vote for a block that brings exactly them, and
   * asks for one. Durable. `done`: they are in force already. Errors: `change-refused` when they cannot be, or another
   * change waits.
   */
  approveChange(chain: ChainId, change: RulesChange): Promise<'approved' | 'done'>;
  /**
   * Opens the sub-chain again for a peer whose key is here and whose ledger is gone: with the genesis block that more than
   * half of the other peers name, if `isOurs` takes it; blocks or a snapshot follow. A validator then signs nothing where
   * it may have signed before. Only catches up a peer that has its ledger. Errors: `peer-missing` without a key,
   * `peers-unreachable`, `genesis-invalid`.
   */
  restoreChain(chain: ChainId, isOurs: (genesis: GenesisSpec) => boolean): Promise<ChainHead>;
  /**
   * Gives a peer whose stored data is damaged a new ledger out of what the others have: from its genesis on, or from a
   * snapshot. The host does so by itself, too, and again while it fails; what is damaged goes only once others answered
   * that are as far. A validator then signs nothing where it may have signed before. Only catches up a peer that is not
   * damaged. Errors: `peers-unreachable`, `chain-stopped` with what others cannot give (its key, its genesis block, the
   * blocks of who orders alone).
   */
  healChain(chain: ChainId): Promise<ChainHead>;
  /**
   * Fetches and re-executes what the others have; resolves with the head then. A peer that is far behind joins from a
   * certified snapshot instead, where the others give one. Errors: `peers-unreachable`, `chain-stopped`.
   */
  catchUp(chain: ChainId): Promise<ChainHead>;

  /** For peers that go to another directory of this city node, or come from one. */
  readonly moves: PeerMoves;

  /**
   * Reads every durable byte once more and puts right what it can: from other bytes, or a block from other peers. Error
   * `storage-corrupt` with file and offset of what is left.
   */
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

export interface GenesisPeer {
  /** Name of the peer: the code of its city node. */
  readonly name: string;
  /** P-256, DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Takes part in ordering: a validator. */
  readonly orders: boolean;
}

export interface GenesisSpec {
  readonly chain: ChainId;
  readonly framework: string;
  /** JSON that the framework's configSchema accepts; kept in the genesis block as canonical JSON. */
  readonly config: unknown;
  readonly time: TimeMs;
  readonly finality: Finality;
  /** 1 to 16. With solo finality exactly one orders, otherwise at least three (crash) or four (byzantine). */
  readonly peers: readonly GenesisPeer[];
}

/** New rules for a sub-chain. What is absent stays. */
export interface RulesChange {
  readonly finality: Finality;
  readonly validators: readonly { readonly name: string; readonly publicKey: Uint8Array }[];
  /** A version of the framework's rules that comes into force at a height; below a version that comes, or is there. */
  readonly upgrade?: { readonly engineVersion: number; readonly height: number };
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
  /** Over the transactions' bytes and the change of the rules. */
  readonly bodyHash: Hash;
  readonly time: TimeMs;
  readonly engineVersion: number;
  /** Public key (DER SubjectPublicKeyInfo) of the peer that built the block. */
  readonly proposer: Uint8Array;
  /** Hash of the rules that this block is judged by: finality mode, validators, version. */
  readonly validators: Hash;
  /** The same for the next height; differs in a block that changes the rules, or before an upgrade. */
  readonly nextValidators: Hash;
}

export interface BlockSignature {
  readonly publicKey: Uint8Array;
  /** ECDSA P-256 over SHA-256 of `attestationStatement`, r and s as 64 bytes. */
  readonly signature: Uint8Array;
}

export interface BlockView {
  readonly header: BlockHeader;
  readonly hash: Hash;
  readonly frameworkHeader: Uint8Array;
  readonly transactions: readonly Uint8Array[];
  readonly certificate: CertificateView;
  /** This peer's own word that it executed the block, when it is not among the signers. */
  readonly attestation?: BlockSignature;
  /** The rules from the next height on, in a block that changes them. */
  readonly change?: ChainRules;
  readonly sizeBytes: number;
}

/** Why a block is final. Empty at height 0, which every peer makes for itself. */
export interface CertificateView {
  readonly finality: Finality;
  readonly round: number;
  /** Signatures that are needed, and validators that there were. */
  readonly quorum: number;
  readonly validators: number;
  readonly signatures: readonly {
    readonly name: string;
    readonly publicKey: Uint8Array;
    /** ECDSA P-256 over SHA-256 of `precommitStatement`, r and s as 64 bytes. */
    readonly signature: Uint8Array;
  }[];
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
  /** It is a validator now. */
  readonly orders: boolean;
  /** Of the next block; absent while there is only the key. */
  readonly agreement?: Agreement;
  /** Empty when the peer's key is lost: it is stopped then. */
  readonly publicKey: Uint8Array;
  /** Last durable height; -1 while there is only the key. */
  readonly height: number;
  readonly headHash?: Hash;
  readonly resources: PeerResources;
  /** Highest height another peer told of; above `height`: this peer lags. */
  readonly announcedHeight: number;
  /** Transactions waiting here. */
  readonly queued: number;
  /** It is filling itself from a snapshot of that height: bytes of the state that are here, and all. */
  readonly joining?: { readonly height: number; readonly bytesDone: number; readonly bytesTotal: number };
  /** The lowest height from which all blocks are here; above 0: it joined from a snapshot and fetches the older ones. */
  readonly firstHeight: number;
  /** Why it is stopped, for everybody: nothing of the host's disk. `fault`: it stopped itself because a block was wrong. */
  readonly stopped?: StopNote;
  /** Blocks of others that were refused (wrong signature, not the next …) since the process began, and the last reason: until a block is taken again. */
  readonly refusedBlocks: number;
  readonly lastRefusal?: string;
}

export interface PeerGlance extends Pick<PeerStatus, 'chain' | 'state' | 'height' | 'resources' | 'stopped'> {
  /** It is opened; otherwise it rests, and nothing of it changes. */
  readonly isInUse: boolean;
}

/** What a sub-chain takes of this host. Times and counts are since the process began; 0 for one that was not used since. */
export interface PeerResources {
  /**
   * Bytes of keys, values, transactions and notes that the machine holds in memory for it now: state that is not in the
   * index yet, what open readers may still ask for, what waits to be ordered. Objects around them are not counted.
   */
  readonly memoryBytes: number;
  /** Its blocks and write sets in the log, its state in the index. */
  readonly diskBytes: number;
  /** Time for which its turns held the main thread. */
  readonly executionMs: number;
  /** … and worker threads. */
  readonly workerMs: number;
  /** Transactions that became final here. */
  readonly transactions: number;
  /** Reads that were asked for. */
  readonly calls: number;
}

/** How the peers of a sub-chain agree, and where this one is in it. */
export interface Agreement {
  readonly finality: Finality;
  readonly validators: readonly string[];
  readonly quorum: number;
  readonly engineVersion: number;
  /** A version that comes into force at a height. */
  readonly upgrade?: { readonly engineVersion: number; readonly height: number };
  /** Of a validator in use. */
  readonly position?: AgreementPosition;
  /** Validators that signed two things for one place, the latest last; at most 16. */
  readonly evidence: readonly { readonly evidence: Evidence; readonly culprit: string; readonly time: TimeMs }[];
  /** Messages of other validators that were refused since the process began, by reason. */
  readonly refusedMessages: Readonly<Record<string, number>>;
}

export interface AgreementPosition {
  readonly height: number;
  readonly round: number;
  readonly step: 'idle' | 'propose' | 'prevote' | 'precommit';
  /** Name of the validator whose turn it is. */
  readonly proposer: string;
  /** `hash` absent: for no block. */
  readonly lastVote?: { readonly kind: 'prevote' | 'precommit'; readonly height: number; readonly round: number; readonly hash?: Hash; readonly time: TimeMs };
  /** It signs nothing up to that height, because it lost its memory; `unknown` while it asks the others. */
  readonly abstainsThrough?: number | 'unknown';
}

export interface StopNote {
  readonly by: 'operator' | 'fault';
  readonly reason: string;
  /** The height that could not be taken, or the head when an operator stopped it. */
  readonly height: Height;
  readonly time: TimeMs;
}

export interface HostStats {
  /** Its disk has no room: peers that order here take nothing until there is some again. */
  readonly isFull: boolean;
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
  /**
   * Block records from that height on, from whoever has them: at most `limit`, in order. `skip` passes over so many
   * sources, because what they gave was no good. Rejects when nobody answers.
   */
  fetchBlocks(chain: ChainId, from: Height, limit: number, skip?: number): Promise<readonly Uint8Array[]>;
  /** Names of the other peers of a sub-chain, as far as this host knows. */
  peers(chain: ChainId): readonly string[];
  /** Asks the peer of that name for a snapshot: `LedgerHost.snapshotAnswer`. Rejects when it does not answer. */
  askSnapshot(chain: ChainId, peer: string, height: Height): Promise<Uint8Array>;
  /** A range of a snapshot that the peer of that name holds: `LedgerHost.snapshotRange`. */
  fetchRange(chain: ChainId, peer: string, height: Height, index: number): Promise<Uint8Array>;
  /** A message to the peer of that name. Never throws; may be lost, doubled or late. */
  send(chain: ChainId, to: string, message: Uint8Array): void;
  /** Hands a transaction to a peer that orders; its answer or its refusal (`TransactionRefused`, `LedgerError`) comes back. */
  submit(chain: ChainId, bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<SubmitAnswer>;
}
