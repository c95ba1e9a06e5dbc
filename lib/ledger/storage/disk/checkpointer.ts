import type { MachinePorts } from '../../core/ports';
import type { ChainFlush, DiskChain } from './disk-chain';
import { allOf, allOfChain, blockKey, chainOfKey, encodeChainRecord, encodeLocation, encodePosition, indexKey, noteKey, positionKey, type IndexPosition } from './index-keys';
import type { IndexPort } from './index-port';

export interface CheckpointerOptions {
  readonly index: IndexPort;
  readonly schedule: MachinePorts['schedule'];
  readonly logger: MachinePorts['logger'];
  readonly delayMs: number;
  /** How far the log is durable and applied in memory. */
  readonly position: () => IndexPosition;
  /** The index could not be written: the storage must take no more. */
  readonly onFailure: (cause: unknown) => void;
}

/** What the log holds and the index not yet: above the first a checkpoint begins at once, above the second commits wait. */
const SOON_BYTES = 64 * 1024 * 1024;
const PRESSURE_BYTES = 256 * 1024 * 1024;
const SWEEP_KEYS = 5_000;

type Change = readonly [Uint8Array, Uint8Array | undefined];

/**
 * Lets the index follow the log: about once a second while something is pending, one transaction that also carries the
 * log's position, so that after any crash the index and its position agree. Nothing is armed while nothing is pending.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #dirty = new Set<DiskChain>();
  #removed: number[] = [];
  #pendingBytes = 0;
  #disarm: (() => void) | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: CheckpointerOptions) {
    this.#options = options;
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
    const chains = [...this.#dirty];
    const removed = this.#removed;
    const position = this.#options.position();
    this.#dirty = new Set();
    this.#removed = [];
    this.#pendingBytes = 0;
    const flushes = chains.map((chain) => {
      const flush = chain.beginFlush();
      return { chain, flush, stateBytes: flush.record.stateBytes + stateGrowth(chain, flush) };
    });
    await this.#options.index.apply(this.#changes(position, flushes, removed));
    for (const { chain, stateBytes } of flushes) chain.endFlush(stateBytes);
    for (const number of removed) await this.#sweep(number);
  }

  *#changes(
    position: IndexPosition,
    flushes: readonly { readonly flush: ChainFlush; readonly stateBytes: number }[],
    removed: readonly number[],
  ): Generator<Change> {
    for (const { flush, stateBytes } of flushes) {
      const { record } = flush;
      for (const [name, value] of flush.state.entries()) yield [indexKey('state', record.number, Buffer.from(name, 'latin1')), value];
      for (const [height, location] of flush.blocks) yield [blockKey(record.number, height), encodeLocation(location)];
      for (const [name, value] of flush.notes) yield [noteKey(record.number, name), value];
      yield [indexKey('chain', record.number), encodeChainRecord({ ...record, stateBytes })];
    }
    for (const number of removed) {
      yield [indexKey('chain', number), undefined];
      yield [indexKey('sweep', number), Uint8Array.of(1)];
    }
    yield [positionKey, encodePosition(position)];
  }

  async #sweep(number: number): Promise<void> {
    const { index } = this.#options;
    for (const what of ['block', 'state', 'note'] as const) {
      const range = { ...allOfChain(what, number), limit: SWEEP_KEYS };
      for (let page = index.range(range); page.length > 0; page = index.range(range)) {
        await index.apply(page.map(({ key }): Change => [key, undefined]));
      }
    }
    await index.apply([[indexKey('sweep', number), undefined]]);
  }
}

/** By how much a flush changes the bytes of keys and values in the index. */
function stateGrowth(chain: DiskChain, flush: ChainFlush): number {
  const { indexed } = chain;
  let growth = 0;
  for (const [name, value] of flush.state.entries()) {
    const old = indexed.get(Buffer.from(name, 'latin1'));
    growth += value === undefined ? 0 : name.length + value.length;
    growth -= old === undefined ? 0 : name.length + old.length;
  }
  return growth;
}
