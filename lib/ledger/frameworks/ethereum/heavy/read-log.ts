import type { StateRange, StateReader } from '../../../core/storage';
import type { KnownEntry } from '../../../vm/threads';

/** What is kept of an attempt that is given up: it waits with the job. Beyond it the thread reads again. */
const ENTRIES_MAX = 1_024;
const BYTES_MAX = 256 * 1024;

/** A state that remembers what was read of it, so that a thread which does the same again need not ask. */
export class ReadLog implements StateReader {
  readonly #state: StateReader;
  readonly #entries = new Map<string, KnownEntry>();
  #bytes = 0;

  constructor(state: StateReader) {
    this.#state = state;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#state.get(key);
    const bytes = key.length + (value?.length ?? 0);
    if (this.#entries.size < ENTRIES_MAX && this.#bytes + bytes <= BYTES_MAX) {
      const name = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
      if (!this.#entries.has(name)) this.#bytes += bytes;
      this.#entries.set(name, [key, value]);
    }
    return value;
  }

  range(range: StateRange): ReturnType<StateReader['range']> {
    return this.#state.range(range);
  }

  entries(): readonly KnownEntry[] {
    return [...this.#entries.values()];
  }
}
