import type { StateWrite } from '../../core/storage';

/** Gathers a block's writes: each key once, the last word counts. */
export class WriteSet {
  private readonly byKey = new Map<string, StateWrite>();

  put(key: Uint8Array, value: Uint8Array): void {
    this.set(key, value);
  }

  delete(key: Uint8Array): void {
    this.set(key, undefined);
  }

  set(key: Uint8Array, value: Uint8Array | undefined): void {
    const name = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
    this.byKey.set(name, value === undefined ? { key } : { key, value });
  }

  addAll(writes: readonly StateWrite[]): void {
    for (const { key, value } of writes) this.set(key, value);
  }

  /** In ascending order of the keys' bytes, as the storage socket asks. */
  sorted(): StateWrite[] {
    return [...this.byKey.values()].sort((a, b) => Buffer.compare(a.key, b.key));
  }
}
