import type { StateReader, StateWrite } from '../../../core/storage';
import { mergeRange, type Overlay } from '../../../storage/merge-range';
import { keyBytes, keyName, SortedMap } from '../../../storage/sorted-map';

/** What a block changes so far, over the state before it. Reads of `reader` see both. */
export class UpdateBatch {
  readonly #changes: Overlay = new SortedMap();
  readonly reader: StateReader;

  constructor(readonly before: StateReader) {
    this.reader = {
      get: (key) => {
        const name = keyName(key);
        return this.#changes.has(name) ? this.#changes.get(name) : before.get(key);
      },
      range: (range) => mergeRange(before, this.#changes, range),
    };
  }

  /** Put or deleted in this block. */
  has(key: Uint8Array): boolean {
    return this.#changes.has(keyName(key));
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#changes.set(keyName(key), value);
  }

  delete(key: Uint8Array): void {
    this.#changes.set(keyName(key), undefined);
  }

  /** Sorted by key, each key once. */
  writes(): readonly StateWrite[] {
    const names = [...this.#changes.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    return names.map(([name, value]) => (value === undefined ? { key: keyBytes(name) } : { key: keyBytes(name), value }));
  }
}
