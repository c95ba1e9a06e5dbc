import type { ServiceLimits } from './ports';

/** Counts who follows a channel: each stream costs memory for as long as its reader wishes. */
export class StreamSeats {
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(readonly limits: ServiceLimits) {}

  /** What gives the seat back, once; undefined when none is free. `identity`: an organisation's certificate. */
  take(identity: string): (() => void) | undefined {
    const mine = this.#taken.get(identity) ?? 0;
    if (mine >= this.limits.streamsPerIdentityMax || this.#all >= this.limits.streamsMax) return undefined;
    this.#taken.set(identity, mine + 1);
    this.#all += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#all -= 1;
      const left = (this.#taken.get(identity) ?? 1) - 1;
      if (left === 0) this.#taken.delete(identity);
      else this.#taken.set(identity, left);
    };
  }
}
