import { LedgerError } from '../../core/errors';
import type { MachinePorts } from '../../core/ports';

export interface DiskSpaceOptions {
  /** Bytes that may still be written; may be more than the truth (a quota). */
  readonly freeBytes: () => number;
  readonly schedule: MachinePorts['schedule'];
  readonly logger: MachinePorts['logger'];
}

/** How often it is looked whether there is room again, while there is none. */
const LOOK_AGAIN_MS = 1_000;
/** Beyond what could not be written: for the index, which follows the log. */
const RESERVE_BYTES = 1024 * 1024;

/**
 * Whether there is room for more. Once a write found none, nothing is tried until there seems to be some again: nobody
 * waits for what cannot come, and what is there stays readable. No timer while there is room.
 */
export class DiskSpace {
  readonly #options: DiskSpaceOptions;
  #missing: number | undefined;
  #disarm: (() => void) | undefined;

  constructor(options: DiskSpaceOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#missing !== undefined;
  }

  /** That many bytes found no room. */
  ranOut(bytes: number): void {
    if (!this.isFull) this.#options.logger.error({ bytes, freeBytes: this.#options.freeBytes() }, 'the disk is full: nothing is written until there is room again');
    this.#missing = bytes;
    this.#disarm ??= this.#options.schedule(LOOK_AGAIN_MS, () => this.#look());
  }

  /** True for a failure that more room would have prevented. */
  isCause(error: unknown, bytes: number): boolean {
    return isWantOfRoom(error, bytes, this.#options.freeBytes);
  }

  /** What whoever wants to write is told. */
  error(cause?: unknown): LedgerError<'storage-full'> {
    const message = 'The disk of this city node is full. Make room on it: it goes on by itself then, and nothing that was acknowledged is lost.';
    return new LedgerError('storage-full', { retryAfterMs: LOOK_AGAIN_MS }, message, { cause });
  }

  close(): void {
    this.#disarm?.();
  }

  #look(): void {
    this.#disarm = undefined;
    if (this.#missing === undefined) return;
    if (this.#options.freeBytes() < this.#missing + RESERVE_BYTES) {
      this.#disarm = this.#options.schedule(LOOK_AGAIN_MS, () => this.#look());
      return;
    }
    this.#missing = undefined;
    this.#options.logger.info({ freeBytes: this.#options.freeBytes() }, 'the disk has room again');
  }
}

/** True for what came of a disk without room for that many bytes more. */
export function isWantOfRoom(error: unknown, bytes: number, freeBytes: () => number): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // LMDB calls a write that was cut short an input/output error.
  return OUT_OF_SPACE.has(code) || (IO_ERROR.has(code) && freeBytes() < bytes + RESERVE_BYTES);
}

/** Of the system as text or number, and MDB_MAP_FULL. */
const OUT_OF_SPACE = new Set<unknown>(['ENOSPC', 'EDQUOT', 28, 122, -30_792]);
const IO_ERROR = new Set<unknown>(['EIO', 5]);
