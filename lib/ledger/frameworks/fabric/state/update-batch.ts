import type { StateEntry, StateReader, StateWrite } from '../../../core/storage';
import { mergeRange, type Overlay } from '../../../storage/merge-range';
import { keyBytes, keyName, SortedMap } from '../../../storage/sorted-map';
import type { KeyRange } from './state-keys';
import { readEntries } from './world-state';

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

  /** Entries of a range in order, one by one: who stops early has read little. Nothing may be changed meanwhile. */
  *entries(range: KeyRange): Generator<StateEntry, undefined> {
    const newer = this.#changes.range(keyName(range.from), keyName(range.to));
    let change = newer.next();
    for (const entry of readEntries(this.before, range)) {
      const name = keyName(entry.key);
      for (; change.done !== true && change.value[0] < name; change = newer.next()) yield* present(change.value);
      if (change.done !== true && change.value[0] === name) {
        yield* present(change.value);
        change = newer.next();
      } else yield entry;
    }
    for (; change.done !== true; change = newer.next()) yield* present(change.value);
  }

  /** Sorted by key, each key once. */
  writes(): readonly StateWrite[] {
    const names = [...this.#changes.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    return names.map(([name, value]) => (value === undefined ? { key: keyBytes(name) } : { key: keyBytes(name), value }));
  }
}

function* present([name, value]: [string, Uint8Array | undefined]): Generator<StateEntry> {
  if (value !== undefined) yield { key: keyBytes(name), value };
}
