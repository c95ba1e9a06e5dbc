import type { RpcId, RpcResponse } from './json-rpc';

export interface DoorCall {
  readonly method: string;
  readonly params: readonly unknown[];
  /** `write`: hands in a transaction, needs a key that may write. Absent for a method that is not offered. */
  readonly scope: 'read' | 'write' | undefined;
  /** Absent: a notification, which is carried out and not answered. */
  readonly id?: RpcId;
}

/** One body, in order. An entry that is no call comes with the answer that says so. */
export interface DoorRequests {
  readonly isBatch: boolean;
  readonly entries: readonly (DoorCall | { readonly invalid: RpcResponse })[];
}

export interface DoorSignals {
  /** Ends reads: the time is up, or the client has hung up. */
  readonly readSignal: AbortSignal;
  /** Ends the waiting for a transaction's block, never the transaction. */
  readonly sendSignal: AbortSignal;
}

export interface DoorAnswer {
  /** Absent for a notification. */
  readonly response: RpcResponse | undefined;
  /** True when this call made the sub-chain take a transaction: it is in a block, or waits for one. */
  readonly accepted: boolean;
  /** HTTP status when this is the only call of its body: 200, or 503 and 429 when the peer cannot do it now. */
  readonly status: number;
  /** With 429; in the answer's own error it stands in milliseconds, as `data.retryAfterMs`. */
  readonly retryAfterSeconds?: number;
}

/** One sub-chain at one city node, as the gateway sees it: the framework's codec with the peer behind it. */
export interface ChainDoor {
  readonly chain: string;
  readonly cityNode: string;
  readonly framework: string;
  /** Reads a body. Never throws. */
  parse(body: Uint8Array): DoorRequests;
  /** Carries out one call. Rejects only for what is our mistake. */
  handle(call: DoorCall, signals: DoorSignals): Promise<DoorAnswer>;
  /**
   * Answers a body in the framework's order: a read after a write in one batch sees it. Undefined when there is nothing
   * to answer. `handleOne` is what the gateway puts around `handle`.
   */
  answer(requests: DoorRequests, handleOne: (call: DoorCall) => Promise<RpcResponse | undefined>): Promise<Uint8Array | undefined>;
  /** Bytes that the peer takes on disk, for the storage quota. */
  sizeBytes(): number;
}
