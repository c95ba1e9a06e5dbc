/** A connection that holds bytes of requests. */
interface Holder {
  bytes: number;
  /** Ends it. */
  readonly cut: () => void;
}

export interface HeldBytesLimits {
  readonly heldBytesPerConnectionMax: number;
  readonly heldBytesMax: number;
}

/**
 * Counts bytes of requests from the first one that came until what they ask for is done, for a request that never ends holds
 * memory as well as one that is carried out. Above the bound of all connections the one that holds most is cut: others do not
 * pay for it.
 */
export class HeldBytes {
  readonly #holders = new Map<string, Holder>();
  #all = 0;

  constructor(
    private readonly limits: HeldBytesLimits,
    private readonly cutterOf: (connection: string) => () => void,
  ) {}

  get all(): number {
    return this.#all;
  }

  /** False when the connection holds too much: the call that brought it has to end. It is counted until it is given back. */
  add(connection: string, bytes: number): boolean {
    const holder = this.#holders.get(connection) ?? { bytes: 0, cut: this.cutterOf(connection) };
    this.#holders.set(connection, holder);
    holder.bytes += bytes;
    this.#all += bytes;
    if (this.#all > this.limits.heldBytesMax) this.#largest().cut();
    return holder.bytes <= this.limits.heldBytesPerConnectionMax;
  }

  giveBack(connection: string, bytes: number): void {
    const holder = this.#holders.get(connection);
    if (holder === undefined) return;
    holder.bytes -= bytes;
    this.#all -= bytes;
    if (holder.bytes <= 0) this.#holders.delete(connection);
  }

  #largest(): Holder {
    return [...this.#holders.values()].reduce((most, one) => (one.bytes > most.bytes ? one : most));
  }
}
