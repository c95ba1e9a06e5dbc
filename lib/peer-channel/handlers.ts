import type { RefusalReason } from './refusals';
import type { AskPeerRequest, AskSnapshotRequest, FetchRangeRequest, FetchRequest, Route, SubmitRequest, TaskRequest } from './wire';

/** The host at the other end; its certificate says so. */
export interface Caller {
  readonly hostId: string;
}

/** What became of a transaction that was handed in at a peer. */
export type SubmitResult =
  | { readonly state: 'final'; readonly id: string; readonly height: number; readonly index: number; readonly succeeded: boolean; readonly blockHash: string; readonly repeated?: true }
  | { readonly state: 'held'; readonly id: string; readonly repeated?: true }
  /** The queue or the framework refused it: its own code and message. */
  | ({ readonly state: 'refused' } & NotTaken)
  /** The machine there could not take it: its own code (`queue-full`, `chain-stopped` …). */
  | ({ readonly state: 'failed' } & NotTaken);

export interface NotTaken {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
}

export type AccessRefusal = Extract<RefusalReason, 'unknown-chain' | 'not-a-peer'>;

/** What this host does with what others say to it. Everything is parsed, and none of it is believed. */
export interface ChannelHandlers {
  /**
   * Asked before anything else about a route is done: whether this host has the peer `to`, and the caller carries a peer
   * of that sub-chain: `from`, where one speaks.
   */
  refusalOf(caller: Caller, route: { readonly chain: string; readonly to: string; readonly from?: string }): AccessRefusal | undefined;
  /** A message for a peer here. While a promise of it is open, its bytes count against what the caller may have here. Never throws. */
  message(caller: Caller, route: Route, bytes: Uint8Array): void | Promise<void>;
  /** A peer there has this height. Never throws. */
  announced(caller: Caller, route: Route, height: number): void;
  /** Block records of a peer here; an AppError's public message is told to the caller. */
  fetchBlocks(caller: Caller, request: FetchRequest): Promise<readonly Uint8Array[]>;
  /** What a peer here says of its snapshot at a height, and a range of it; an AppError's public message is told to the caller. */
  askSnapshot(caller: Caller, request: AskSnapshotRequest): Promise<Uint8Array>;
  fetchRange(caller: Caller, request: FetchRangeRequest): Promise<Uint8Array>;
  /** A request of the framework to a peer here; an AppError's public message is told to the caller. */
  askPeer(caller: Caller, request: AskPeerRequest): Promise<Uint8Array>;
  /** A task of the framework for a peer here; an AppError's public message is told to the caller. The signal: nobody waits any more. */
  runTask(caller: Caller, request: TaskRequest, signal: AbortSignal): Promise<Uint8Array>;
  /** The same for one that waits for no other host. */
  runShortTask(caller: Caller, request: TaskRequest, signal: AbortSignal): Promise<Uint8Array>;
  /** A transaction for a peer here; an AppError's public message is told to the caller. The signal: nobody waits any more. */
  submit(caller: Caller, request: SubmitRequest, signal: AbortSignal): Promise<SubmitResult>;
}
