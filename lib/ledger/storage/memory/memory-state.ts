import type { StateEntry, StateRange } from '../../core/storage';
import type { DurableState, PinnedState } from '../chain-state';
import type { Overlay } from '../merge-range';
import { keyBytes, keyName, putCounted, SortedMap } from '../sorted-map';

/** State in memory. */
export class MemoryState implements DurableState {
  readonly #values = new SortedMap<Uint8Array>();
  memoryBytes = 0;

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#values.get(keyName(key));
  }

  range({ from, to, limit, reverse }: StateRange): readonly StateEntry[] {
    const entries: StateEntry[] = [];
    for (const [name, value] of this.#values.range(keyName(from), keyName(to), reverse)) {
      if (entries.length >= limit) break;
      entries.push({ key: keyBytes(name), value });
    }
    return entries;
  }

  pin(): PinnedState {
    const copy = new MemoryState();
    for (const [name, value] of this.#values.entries()) copy.#values.set(name, value);
    return { get: (key) => copy.get(key), range: (range) => copy.range(range), release: () => undefined };
  }

  apply(writes: Overlay): void {
    for (const [name, value] of writes.entries()) {
      if (value !== undefined) this.memoryBytes += putCounted(this.#values, name, value);
      else {
        const old = this.#values.get(name);
        this.#values.delete(name);
        if (old !== undefined) this.memoryBytes -= name.length + old.length;
      }
    }
  }
}
