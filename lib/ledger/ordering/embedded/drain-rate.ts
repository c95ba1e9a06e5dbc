const WINDOW_MS = 1_000;
export const RETRY_MS_MIN = 50;
export const RETRY_MS_MAX = 10_000;
/** Said while nothing was measured. */
export const RETRY_MS_UNKNOWN = 500;

/**
 * How fast a queue empties: what left it in this second and the last. Looked at when something comes, so that it needs no
 * timer.
 */
export class DrainRate {
  #left = 0;
  #since: number | undefined;
  #before = { left: 0, ms: 0 };

  /** So many are in a block, or can be in none. */
  leave(count: number): void {
    this.#left += count;
  }

  /** Something comes at this time of the wall clock, in milliseconds. */
  look(now: number): void {
    const ms = this.#since === undefined ? Infinity : now - this.#since;
    if (ms >= 0 && ms < WINDOW_MS) return;
    // A window in which long nothing came says nothing of now, nor does one whose clock was set.
    this.#before = ms >= 0 && ms < 2 * WINDOW_MS ? { left: this.#left, ms } : { left: 0, ms: 0 };
    this.#left = 0;
    this.#since = now;
  }

  /** When so many will have left, at the rate of the moment; between {@link RETRY_MS_MIN} and {@link RETRY_MS_MAX}. */
  retryAfterMs(waiting: number, now: number): number {
    this.look(now);
    const ms = this.#before.ms + now - (this.#since ?? now);
    const left = this.#before.left + this.#left;
    // Where nothing leaves, whoever asks again waits longer each time.
    const wait = left === 0 ? Math.max(RETRY_MS_UNKNOWN, ms) : (waiting * ms) / left;
    return Math.round(Math.min(RETRY_MS_MAX, Math.max(RETRY_MS_MIN, wait)));
  }
}
