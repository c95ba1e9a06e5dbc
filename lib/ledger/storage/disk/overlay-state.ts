import type { StateEntry, StateRange, StateReader } from '../../core/storage';
import { overlaid, type DurableState, type PinnedState } from '../chain-state';
import type { Overlay } from '../merge-range';
import { putCounted, SortedMap } from '../sorted-map';

/** Durable state between checkpoints: what the index holds, under what the log holds since then. */
export class OverlayState implements DurableState {
  readonly #index: StateReader;
  readonly #pinIndex: () => PinnedState;
  #fresh: Overlay = new SortedMap();
  /** On its way into the index. */
  #flushing: Overlay | undefined;
  #reader: StateReader;
  #freshBytes = 0;
  #flushingBytes = 0;

  constructor(index: StateReader, pinIndex: () => PinnedState) {
    this.#index = index;
    this.#pinIndex = pinIndex;
    this.#reader = overlaid(index, this.#fresh);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#reader.get(key);
  }

  range(range: StateRange): readonly StateEntry[] {
    return this.#reader.range(range);
  }

  apply(writes: Overlay): void {
    for (const [name, value] of writes.entries()) this.#freshBytes += putCounted(this.#fresh, name, value);
  }

  get memoryBytes(): number {
    return this.#freshBytes + this.#flushingBytes;
  }

  /** Copies what the index has not yet: little, right after a flush. */
  pin(): PinnedState {
    const base = this.#pinIndex();
    const above: Overlay = new SortedMap();
    // A flush that is under way may be in the pinned index or not: its values over it are right in both cases.
    for (const overlay of [this.#flushing, this.#fresh]) for (const [name, value] of overlay?.entries() ?? []) above.set(name, value);
    return { ...overlaid(base, above), release: () => base.release() };
  }

  /** Hands over everything since the last flush; it stays readable until `endFlush`. */
  beginFlush(): Overlay {
    const flushing = this.#fresh;
    this.#flushing = flushing;
    this.#fresh = new SortedMap();
    this.#flushingBytes = this.#freshBytes;
    this.#freshBytes = 0;
    this.#reader = overlaid(overlaid(this.#index, flushing), this.#fresh);
    return flushing;
  }

  /** The index has it now. */
  endFlush(): void {
    this.#flushing = undefined;
    this.#flushingBytes = 0;
    this.#reader = overlaid(this.#index, this.#fresh);
  }

  get isFlushing(): boolean {
    return this.#flushing !== undefined;
  }

  /** The index has everything. */
  get isClean(): boolean {
    return this.#flushing === undefined && this.#fresh.size === 0;
  }
}
