/**
 * Counts who holds something at a time: so many in all, and for each kind of holder (an identity, a channel) a share, so that
 * one of them never has all of it.
 */
export class Seats<Kind extends string> {
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(
    private readonly max: number,
    private readonly shares: Readonly<Record<Kind, number>>,
  ) {}

  /** What gives the seat back, once; undefined when none is free. */
  take(holders: Readonly<Record<Kind, string>>): (() => void) | undefined {
    const kinds = Object.keys(this.shares) as Kind[];
    const keys = kinds.map((kind) => `${kind} ${holders[kind]}`);
    if (this.#all >= this.max || kinds.some((kind, at) => (this.#taken.get(keys[at] as string) ?? 0) >= this.shares[kind])) return undefined;
    this.#all += 1;
    for (const key of keys) this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#all -= 1;
      for (const key of keys) {
        const left = (this.#taken.get(key) ?? 1) - 1;
        if (left === 0) this.#taken.delete(key);
        else this.#taken.set(key, left);
      }
    };
  }
}
