import type { TimeMs } from './types';

/**
 * What the machine asks of the world besides disk and network. The process that opens a host hands these over, and a
 * simulator can own all of them.
 */
export interface MachinePorts {
  /** Wall clock. May step back: the machine never lets a block's time fall below its parent's. */
  readonly now: () => TimeMs;
  /** Milliseconds with fractions since some moment; never steps back (`performance.now`). Measures, and enters no block. */
  readonly elapsedMs: () => number;
  /** Runs `task` once, about `delayMs` later. Calling the result before that takes it back. */
  readonly schedule: (delayMs: number, task: () => void) => () => void;
  /** Resolves after waiting sockets and files had their turn (`setImmediate`): the machine shares its thread. */
  readonly yieldTurn: () => Promise<void>;
  /** 16 bytes that nobody can guess. */
  readonly nonce: () => Uint8Array;
  /** Called when nothing is in use any more that was: a good moment to give memory back. */
  readonly rested?: () => void;
  readonly logger: MachineLogger;
}

/** Structured log: an event and its ids; never payloads or keys. */
export interface MachineLogger {
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
