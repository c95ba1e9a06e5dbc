import type { MessagePort } from 'node:worker_threads';
import type { StateEntry, StateRange } from '../../core/storage';

/** What the two sides of a thread say to each other. Everything in it can be cloned by `postMessage`. */

/** What a thread is given when it begins. */
export interface ThreadData {
  /** The file that it begins with, as a URL. */
  readonly entry: string;
  /** Reads of state: {@link ReadRequest} there, {@link ReadAnswer} back. */
  readonly reads: MessagePort;
  /** Two 32-bit counters: {@link READS_ANSWERED} and {@link PROGRESS}. */
  readonly counters: SharedArrayBuffer;
}

/** Raised by the main side when the answer to a read lies in the port. The thread sleeps on it. */
export const READS_ANSWERED = 0;
/** Raised by the thread with each slice of work, so that the main side sees that it lives. */
export const PROGRESS = 1;
export const COUNTERS_BYTES = 8;

export type ToThread =
  | { readonly kind: 'run'; readonly id: number; readonly payload: unknown; readonly known: readonly KnownEntry[]; /** Whether `enough` may be asked. */ readonly hasEnough: boolean }
  | { readonly kind: 'abort'; readonly id: number };

export type FromThread =
  | { readonly kind: 'ready'; readonly note: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown; readonly cost: JobCost }
  | { readonly kind: 'failed'; readonly id: number; readonly error: WireError; readonly cost: JobCost };

/** A state entry that was read before; undefined: there is none under the key. */
export type KnownEntry = readonly [key: Uint8Array, value: Uint8Array | undefined];

export interface JobCost {
  /** Time that the job held its thread, in milliseconds; waiting for reads not counted. */
  readonly ms: number;
  /** Stretches of work between its pauses, the last one counted. */
  readonly slices: number;
}

export type ReadRequest =
  | { readonly id: number; readonly keys: readonly Uint8Array[] }
  | { readonly id: number; readonly range: StateRange }
  /** Whether the job's owner has enough of it. */
  | { readonly id: number; readonly enough: true };

export type ReadAnswer =
  | { readonly values: readonly (Uint8Array | undefined)[] }
  | { readonly entries: readonly StateEntry[] }
  | { readonly isEnough: boolean }
  /** The job is over on the main side, or its state cannot be read any more. */
  | { readonly isGone: true };

/** Most keys in one request: it must not hold the main side long. */
export const READ_KEYS_MAX = 64;

export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Of a `TransactionRefused`. */
  readonly refusal?: { readonly code: string; readonly details: Readonly<Record<string, string>> };
  readonly cause?: WireError;
}
