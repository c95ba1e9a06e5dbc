import type { MachinePorts } from '../../core/ports';
import type { DiskChain } from './disk-chain';
import { flushChanges } from './flush-changes';
import { allOf, allOfChain, chainOfKey, encodePosition, indexKey, positionKey, type IndexPosition } from './index-keys';
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
  /** The index could not be written: the storage must take no more. */
  readonly onFailure: (cause: unknown) => void;
}

/** What the log holds and the index not yet: above the first a checkpoint begins at once, above the second commits wait. */
const SOON_BYTES = 64 * 1024 * 1024;
const PRESSURE_BYTES = 256 * 1024 * 1024;
const SWEEP_KEYS = 5_000;

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
    this.#disarm ??= this.#options.schedule(this.#options.delayMs, () => void this.run());
  }

  /** The chain's tombstone is durable: its keys go with the next checkpoint. */
  remove(number: number, chain: DiskChain | undefined): void {
    if (chain !== undefined) this.#dirty.delete(chain);
    this.#removed.push(number);
    this.#disarm ??= this.#options.schedule(this.#options.delayMs, () => void this.run());
  }

  /** Resolves at once, or after the running checkpoint when too much is pending. */
  async relieve(): Promise<void> {
    if (this.#pendingBytes >= PRESSURE_BYTES) await this.run();
  }

  /** Writes a checkpoint of all that is durable by now, after the one that may be running. Never rejects. */
  run(): Promise<void> {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#last = this.#last.then(() => this.#checkpoint()).catch((error: unknown) => {
      this.#options.logger.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'checkpoint failed');
      this.#options.onFailure(error);
    });
    return this.#last;
  }

  /** Finishes removals that a crash interrupted. */
  async sweepLeftovers(): Promise<void> {
    const leftovers = this.#options.index.range({ ...allOf('sweep'), limit: 1_000_000 }).map(({ key }) => chainOfKey(key));
    for (const number of leftovers) await this.#sweep(number);
  }

  async #checkpoint(): Promise<void> {
    if (this.#dirty.size === 0 && this.#removed.length === 0) return;
    const { index } = this.#options;
    const chains = [...this.#dirty];
    const removed = this.#removed;
    const position = this.#options.position();
    this.#dirty = new Set();
    this.#removed = [];
    this.#pendingBytes = 0;
    let sum = this.#sum;
    const changes: IndexChange[] = [];
    const flushes = chains.map((chain) => {
      const flushed = flushChanges(index, chain.beginFlush(), sum);
      sum = flushed.chains;
      // Not spread: a chain may change more entries than a call may have arguments.
      for (const change of flushed.changes) changes.push(change);
      return { chain, record: flushed.record };
    });
    for (const number of removed) {
      const key = indexKey('chain', number);
      sum = replaceInSum(sum, key, index.get(key), undefined);
      changes.push([key, undefined], [indexKey('sweep', number), Uint8Array.of(1)]);
    }
    changes.push([positionKey, encodePosition({ ...position, chains: sum })]);
    await index.apply(changes);
    this.#sum = sum;
    for (const { chain, record } of flushes) chain.endFlush(record);
    this.#options.onWritten();
    for (const number of removed) await this.#sweep(number);
  }

  async #sweep(number: number): Promise<void> {
    const { index } = this.#options;
    for (const what of ['block', 'state', 'note'] as const) {
      const range = { ...allOfChain(what, number), limit: SWEEP_KEYS };
      for (let page = index.range(range); page.length > 0; page = index.range(range)) {
        await index.apply(page.map(({ key }): IndexChange => [key, undefined]));
      }
    }
    await index.apply([[indexKey('sweep', number), undefined]]);
  }
}
