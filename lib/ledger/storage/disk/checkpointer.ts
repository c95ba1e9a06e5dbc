import { isLedgerError } from '../../core/errors';
import type { MachinePorts } from '../../core/ports';
import type { DiskChain } from './disk-chain';
import type { DiskSpace } from './disk-space';
import { flushChanges } from './flush-changes';
import { allOf, allOfChain, chainOfKey, encodePosition, indexKey, positionKey, type ChainRecord, type IndexPosition } from './index-keys';
import type { IndexChange, IndexPort } from './index-port';
import { replaceInSum, type IndexSum } from './index-sum';

export interface CheckpointerOptions {
  readonly index: IndexPort;
  readonly schedule: MachinePorts['schedule'];
  readonly logger: MachinePorts['logger'];
  readonly delayMs: number;
  /** How far the log is durable and applied in memory. */
  readonly position: () => Omit<IndexPosition, 'chains'>;
  /** What the records of all chains in the index add up to. */
  readonly chains: IndexSum;
  readonly onWritten: () => void;
  readonly space: DiskSpace;
  /** The index could not be written, and not for want of room: the storage must take no more. */
  readonly onFailure: (cause: unknown) => void;
}

/** What the log holds and the index not yet: above the first a checkpoint begins at once, above the second commits wait. */
const SOON_BYTES = 64 * 1024 * 1024;
const PRESSURE_BYTES = 256 * 1024 * 1024;
const SWEEP_KEYS = 5_000;
/** Until a checkpoint that found no room is tried again. */
const RETRY_MS = 5_000;

/** One checkpoint's worth. */
interface Part {
  readonly changes: readonly IndexChange[];
  readonly flushes: readonly { readonly chain: DiskChain; readonly record: ChainRecord }[];
  readonly removed: readonly number[];
  readonly sum: IndexSum;
  /** Of the log. */
  readonly bytes: number;
}

/**
 * Lets the index follow the log: about once a second while something is pending, one transaction that also carries the
 * log's position, so that after any crash the index and its position agree. Nothing is armed while nothing is pending.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #sum: IndexSum;
  #dirty = new Set<DiskChain>();
  #removed: number[] = [];
  #pendingBytes = 0;
  /** On its way into the index; stays until it is there. */
  #part: Part | undefined;
  /** What ended it: no later checkpoint may claim what that one took along. */
  #failure: { readonly cause: unknown } | undefined;
  /**
   * An old entry was rotten: what the entries add up to is not known any more. Nothing is lost by that, the new ones are
   * written for all chains; but without the position, so that the next start makes the index anew however this process ends.
   */
  #isDistrusted = false;
  /** Removed chains whose keys are still there. */
  readonly #unswept: number[] = [];
  #disarm: (() => void) | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#sum = options.chains;
  }

  add(chain: DiskChain, bytes: number): void {
    this.#dirty.add(chain);
    this.#pendingBytes += bytes;
    if (this.#pendingBytes >= SOON_BYTES && this.#pendingBytes - bytes < SOON_BYTES) void this.run();
    this.#arm();
  }

  /** The chain's tombstone is durable: its keys go with the next checkpoint. */
  remove(number: number, chain: DiskChain | undefined): void {
    if (chain !== undefined) this.#dirty.delete(chain);
    this.#removed.push(number);
    this.#arm();
  }

  /**
   * Resolves at once, or after the running checkpoint when too much is pending. Rejects with `storage-full` when that
   * does not help: the index finds no room, and memory must not take what it cannot. Rejects with what ended the checkpoints.
   */
  async relieve(): Promise<void> {
    this.#check();
    if (this.#heldBytes < PRESSURE_BYTES) return;
    await this.run();
    this.#check();
    if (this.#heldBytes < PRESSURE_BYTES) return;
    this.#options.space.ranOut(0);
    throw this.#options.space.error();
  }

  /** Writes a checkpoint of all that is durable by now, after the one that may be running; nothing after a failure. Never rejects. */
  run(): Promise<void> {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#last = this.#last.then(() => this.#checkpoint()).catch((error: unknown) => this.#onError(error));
    return this.#last;
  }

  /**
   * Lets the index give its memory back, between two checkpoints and in a turn of its own, so that nobody reads in the middle
   * of that; only if `may` says so then. False: it was in use. Never rejects.
   */
  relax(may: () => boolean, yieldTurn: () => Promise<void>): Promise<boolean> {
    const { index, logger } = this.#options;
    const relax = async (): Promise<boolean> => {
      await yieldTurn();
      return this.#failure === undefined && may() && (await index.relax());
    };
    const relaxed = this.run().then(relax).catch((error: unknown) => {
      logger.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'the index did not give its memory back');
      return false;
    });
    this.#last = relaxed.then(() => undefined);
    return relaxed;
  }

  /** A last checkpoint; what it could not write is in the log. */
  async close(): Promise<void> {
    await this.run();
    this.#disarm?.();
  }

  /** Writes nothing more: what was read of a log that could not be read to its end is no whole. */
  async abandon(): Promise<void> {
    this.#disarm?.();
    this.#disarm = undefined;
    await this.#last;
  }

  /** Finishes removals that a crash interrupted. Rejects with what ended the checkpoints. */
  async sweepLeftovers(): Promise<void> {
    this.#unswept.push(...this.#options.index.range({ ...allOf('sweep'), limit: 1_000_000 }).map(({ key }) => chainOfKey(key)));
    if (this.#unswept.length > 0) await this.run();
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  get #heldBytes(): number {
    return this.#pendingBytes + (this.#part?.bytes ?? 0);
  }

  #onError(error: unknown): void {
    const { space, logger, schedule } = this.#options;
    const reason = error instanceof Error ? error.message : 'unknown';
    if (this.#failure !== undefined || !space.isCause(error, this.#part?.bytes ?? 0)) {
      this.#failure ??= { cause: error };
      logger.error({ reason }, 'checkpoint failed');
      this.#options.onFailure(error);
      return;
    }
    // All of it is in the log and in memory: it can wait, and is readable.
    logger.warn({ reason, bytes: this.#heldBytes }, 'the index finds no room on the disk; it is tried again');
    this.#disarm ??= schedule(RETRY_MS, () => void this.run());
  }

  async #checkpoint(): Promise<void> {
    if (this.#failure !== undefined) return;
    const { index } = this.#options;
    const isRepeated = this.#part !== undefined;
    const part = (this.#part ??= this.#take());
    if (part !== undefined) {
      await index.apply(part.changes);
      this.#part = undefined;
      this.#sum = part.sum;
      for (const { chain, record } of part.flushes) chain.endFlush(record);
      this.#unswept.push(...part.removed);
      this.#options.onWritten();
    }
    for (let [number] = this.#unswept; number !== undefined; [number] = this.#unswept) {
      await this.#sweep(number);
      this.#unswept.shift();
    }
    // What came while this part was in the way has no run of its own yet.
    if (isRepeated && (this.#dirty.size > 0 || this.#removed.length > 0)) this.#arm();
  }

  /** What was taken and not put together is nowhere but in the log: no want of room, and nothing to try again. */
  #take(): Part | undefined {
    try {
      return this.#gather();
    } catch (error) {
      this.#failure = { cause: error };
      throw error;
    }
  }

  /** Takes everything that is pending; undefined when nothing is. */
  #gather(): Part | undefined {
    if (this.#dirty.size === 0 && this.#removed.length === 0) return undefined;
    const position = this.#options.position();
    const [chains, removed, bytes] = [this.#dirty, this.#removed, this.#pendingBytes];
    this.#dirty = new Set();
    this.#removed = [];
    this.#pendingBytes = 0;
    let sum = this.#sum;
    const changes: IndexChange[] = [];
    const flushes = [...chains].map((chain) => {
      const flushed = flushChanges((key) => this.#old(key), chain.beginFlush(), sum);
      sum = flushed.chains;
      // Not spread: a chain may change more entries than a call may have arguments.
      for (const change of flushed.changes) changes.push(change);
      return { chain, record: flushed.record };
    });
    for (const number of removed) {
      const key = indexKey('chain', number);
      sum = replaceInSum(sum, key, this.#old(key), undefined);
      changes.push([key, undefined], [indexKey('sweep', number), Uint8Array.of(1)]);
    }
    changes.push([positionKey, this.#isDistrusted ? undefined : encodePosition({ ...position, chains: sum })]);
    return { changes, flushes, removed, sum, bytes };
  }

  /** What an entry is replaced by is known from the log: one that is rotten costs nobody a checkpoint. */
  #old(key: Uint8Array): Uint8Array | undefined {
    try {
      return this.#options.index.get(key);
    } catch (error) {
      this.#distrust(error);
      return undefined;
    }
  }

  /** Throws what is no damage. */
  #distrust(error: unknown): void {
    if (!isLedgerError(error, 'storage-corrupt')) throw error;
    if (this.#isDistrusted) return;
    this.#isDistrusted = true;
    this.#options.logger.error({ reason: error.message }, 'an entry of the index is damaged: the next start makes it anew from the log');
  }

  #arm(): void {
    this.#disarm ??= this.#options.schedule(this.#options.delayMs, () => void this.run());
  }

  /** Deletes what a removed chain has left. Where that cannot be read, it goes with the whole index; a write that fails is a failed checkpoint. */
  async #sweep(number: number): Promise<void> {
    const { index } = this.#options;
    for (const what of ['block', 'state', 'note'] as const) {
      let keys = this.#leftKeys(what, number);
      while (keys !== undefined && keys.length > 0) {
        await index.apply(keys.map((key): IndexChange => [key, undefined]));
        keys = this.#leftKeys(what, number);
      }
      if (keys === undefined) return;
    }
    await index.apply([[indexKey('sweep', number), undefined]]);
  }

  /** Some of them; undefined when they cannot be read. */
  #leftKeys(what: 'block' | 'state' | 'note', number: number): readonly Uint8Array[] | undefined {
    try {
      return this.#options.index.range({ ...allOfChain(what, number), limit: SWEEP_KEYS }).map(({ key }) => key);
    } catch (error) {
      this.#distrust(error);
      return undefined;
    }
  }
}
