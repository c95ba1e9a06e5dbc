/** The last answers of a function, at most so many: what was not asked for longest goes first. */
export class Memory<K, V> {
  readonly #values = new Map<K, V>();

  constructor(readonly max: number) {}

  get(key: K): V | undefined {
    return this.#values.get(key);
  }

  set(key: K, value: V): void {
    // A map keeps the order of insertion.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.max) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }
}
