import type { Seats } from '@/lib/platform/pure/seats';
import type { CollectionDefinition } from '../chaincode-definition';
import type { EndorserPorts } from '../endorser';
import type { ChannelRules } from '../policy/create-channel-rules';
import type { TransactionPlace } from '../state';

/** A quota that is used up; the message says which, and what to do. */
export interface ServiceQuotaRefusal {
  readonly message: string;
  /** Milliseconds until the next try; absent: waiting does not help. */
  readonly retryAfterMs?: number;
}

/** What a sub-chain's plan allows its doors. */
export interface ServiceQuota {
  /** Admits one request, or says why not. */
  takeRequest(nowMs: number): ServiceQuotaRefusal | undefined;
  /** Admits one transaction; who was admitted calls `done` once, with whether the sub-chain took it. */
  takeTransaction(nowMs: number, sizeBytes: number): ServiceQuotaRefusal | { readonly done: (accepted: boolean, atMs: number) => void };
}

/** A channel's configuration that is in force. */
export interface ServedConfiguration {
  /** Grows with each new configuration: who reads on is then asked anew whether it may. */
  readonly sequence: number;
  readonly rules: ChannelRules;
  /** Paths of policies by resource. */
  readonly accessRules: ReadonlyMap<string, string>;
}

/** One channel that this city node serves. Errors of its calls: `LedgerError`, `FabricReadError`, the signal's reason. */
export interface ServedChannel {
  readonly channelId: string;
  /** The organisation whose gateway it is for clients of organisations without a peer here. */
  readonly homeMspId: string;
  readonly quota: ServiceQuota;
  configuration(): ServedConfiguration;
  /** Number of durable blocks here, at least one. */
  height(): number;
  /** Resolves as soon as there are more than so many blocks. */
  waitAbove(blocks: number, signal: AbortSignal): Promise<void>;
  /** Resolves when a block with the envelope is durable, whatever became of it there. Rejects with `TransactionRefused`, too. */
  submit(envelope: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Bytes of a Block; undefined above the height. */
  block(number: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Bytes of the TxPvtReadWriteSets that this peer has of a block, by place. */
  privateData(number: number, signal: AbortSignal): Promise<ReadonlyMap<number, Uint8Array>>;
  /** The collections of a chaincode as the transactions of a block found them, without those that every organisation has anyway. */
  collectionsBefore(chaincode: string, block: number, signal: AbortSignal): Promise<readonly CollectionDefinition[]>;
  /** Where a transaction stands first, undefined when it does not (yet). */
  findTransaction(txId: string, signal: AbortSignal): Promise<TransactionPlace | undefined>;
  waitForTransaction(txId: string, signal: AbortSignal): Promise<TransactionPlace>;
  /** Bytes that the peer takes on disk, for the quota. */
  sizeBytes(): number;
}

export interface ServicePorts {
  /** Undefined: no such channel is served here. */
  findChannel(channelId: string): ServedChannel | undefined;
  readonly endorser: EndorserPorts;
  /** Admits one request of an organisation with a peer here that is about no channel, or says why not: no channel's plan counts it. */
  takeLocalRequest(mspId: string): ServiceQuotaRefusal | undefined;
  /** `host:port` under which clients know an organisation's peer here: stands in errors. */
  addressOf(mspId: string): string;
  /** MSP ids of the organisations that share a channel of this city node with one, its own among them. */
  neighboursOf(mspId: string): readonly string[];
  /** PEM of the roots by which clients verify this city node's door. */
  tlsRoots(): readonly string[];
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Resolves after waiting sockets and files had their turn: who reads many blocks must not stop the rest. */
  yieldTurn(): Promise<void>;
  readonly limits: ServiceLimits;
}

/** Seats of who follows a channel or waits for it. `identity`: an organisation's certificate. */
export type HolderSeats = Seats<'identity' | 'channel'>;

export interface ServiceLimits {
  /** Streams of events and blocks that are followed at a time, of one identity, in one channel and in all: each costs memory for as long as its reader wishes. */
  readonly streamsPerIdentityMax: number;
  readonly streamsPerChannelMax: number;
  readonly streamsMax: number;
  /** Who waits for the status of a transaction, of one identity, in one channel and in all: one that never comes is waited for as long as a call may last. */
  readonly waitsPerIdentityMax: number;
  readonly waitsPerChannelMax: number;
  readonly waitsMax: number;
}

export const serviceLimitDefaults: ServiceLimits = { streamsPerIdentityMax: 32, streamsPerChannelMax: 1_000, streamsMax: 2_000, waitsPerIdentityMax: 400, waitsPerChannelMax: 600, waitsMax: 1_500 };

/** One call as the door has it. */
export interface ServiceCall {
  /** Aborted when the client hung up or its time is up. */
  readonly signal: AbortSignal;
  /** MSP id of the organisation whose peer the client meant; empty: its own. */
  readonly entrance: string;
  /** SHA-256 of the certificate (DER) that the client showed by TLS; undefined: it showed none. Nobody verified it. */
  readonly tlsCertificateHash?: Uint8Array | undefined;
}

/** One request, one answer: bytes of their messages. Rejects with `ServiceRefused`; any other error is ours. */
export interface UnaryMethod {
  readonly kind: 'unary';
  readonly path: string;
  /** Of one request; undefined: what a proposal or an envelope may have. */
  readonly requestBytesMax?: number | undefined;
  answer(request: Uint8Array, call: ServiceCall): Promise<Uint8Array>;
}

/** The next answer is made when the one before was taken. After the last request, it goes on with what it is at. */
export interface StreamMethod {
  readonly kind: 'server-stream' | 'bidi';
  readonly path: string;
  readonly requestBytesMax?: number | undefined;
  answer(requests: AsyncIterable<Uint8Array>, call: ServiceCall): AsyncGenerator<Uint8Array, void>;
}

export type ServiceMethod = UnaryMethod | StreamMethod;
