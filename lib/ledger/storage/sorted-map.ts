const CHUNK_MAX = 512;

/** Bytes as a string of the same order: one code unit per byte. Names a key inside the storages. */
export function keyName(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

export function keyBytes(name: string): Uint8Array {
  return Buffer.from(name, 'latin1');
}

/**
 * A map that can also be walked in key order. The order is kept only from the first walk on, in chunks of at most 512
 * keys, because most write sets are never walked.
 */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  #chunks: string[][] | undefined;

  get size(): number {
    return this.#values.size;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (this.#chunks !== undefined && !this.#values.has(key)) this.#insert(this.#chunks, key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key) && this.#chunks !== undefined) {
      const [chunk, at] = locate(this.#chunks, key);
      const keys = this.#chunks[chunk];
      keys?.splice(at, 1);
      if (keys?.length === 0) this.#chunks.splice(chunk, 1);
    }
  }

  /** In order of insertion. */
  entries(): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  /** Entries with from ≤ key < to in order, or from the highest down. The map must not change while it is walked. */
  *range(from: string, to: string, reverse = false): Generator<[string, V]> {
    if (from >= to) return;
    this.#chunks ??= chunked([...this.#values.keys()].sort(byCodeUnit));
    const chunks = this.#chunks;
    const step = reverse ? -1 : 1;
    let [chunk, at] = locate(chunks, reverse ? to : from);
    if (reverse) at -= 1;
    for (; chunk >= 0 && chunk < chunks.length; chunk += step) {
      const keys = chunks[chunk] ?? [];
      if (at === -2) at = keys.length - 1;
      for (; at >= 0 && at < keys.length; at += step) {
        const key = keys[at];
        if (key === undefined || (reverse ? key < from : key >= to)) return;
        yield [key, this.#values.get(key) as V];
      }
      at = reverse ? -2 : 0;
    }
  }

  #insert(chunks: string[][], key: string): void {
    const [chunk, at] = locate(chunks, key);
    const keys = chunks[chunk];
    if (keys === undefined) {
      chunks.push([key]);
      return;
    }
    keys.splice(at, 0, key);
    if (keys.length > CHUNK_MAX) chunks.splice(chunk + 1, 0, keys.splice(CHUNK_MAX / 2));
  }
}

/** Sets an entry and says by how many bytes of keys and values the map grew. */
export function putCounted(map: SortedMap<Uint8Array | undefined>, key: string, value: Uint8Array | undefined): number {
  const before = map.size;
  const old = map.get(key);
  map.set(key, value);
  return (map.size - before) * key.length + (value?.length ?? 0) - (old?.length ?? 0);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function chunked(keys: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let at = 0; at < keys.length; at += CHUNK_MAX / 2) chunks.push(keys.slice(at, at + CHUNK_MAX / 2));
  return chunks;
}

/** Chunk and place of the first key ≥ `key`; a place after the last key stays in the last chunk. */
function locate(chunks: readonly string[][], key: string): [chunk: number, at: number] {
  const chunk = Math.max(0, lowerBound(chunks.length, (index) => (chunks[index]?.[0] ?? '') > key) - 1);
  const keys = chunks[chunk] ?? [];
  return [chunk, lowerBound(keys.length, (index) => (keys[index] ?? '') >= key)];
}

/** First index for which the test holds; `length` when there is none. The test must be monotonic. */
function lowerBound(length: number, test: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
