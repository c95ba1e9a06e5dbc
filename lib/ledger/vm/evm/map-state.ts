import type { StateEntry, StateRange, StateReader, StateWrite } from '../../core/storage';

/** State in a map, for tests of the EVM and of frameworks without any storage. */
export class MapState implements StateReader {
  private readonly values = new Map<string, Uint8Array>();

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.get(nameOf(key));
  }

  range({ from, to, limit, reverse }: StateRange): readonly StateEntry[] {
    const [low, high] = [nameOf(from), nameOf(to)];
    const names = [...this.values.keys()].filter((name) => name >= low && name < high).sort();
    if (reverse === true) names.reverse();
    return names.slice(0, limit).map((name) => ({ key: new Uint8Array(Buffer.from(name, 'latin1')), value: this.values.get(name)! }));
  }

  apply(writes: readonly StateWrite[]): void {
    for (const { key, value } of writes) {
      if (value === undefined) this.values.delete(nameOf(key));
      else this.values.set(nameOf(key), value);
    }
  }

  get size(): number {
    return this.values.size;
  }
}

/** Latin-1 keeps the order of bytes: strings compare by character code. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
