/**
 * Remembers the nonces of accepted requests for at least `keepMs` in two generations, so that forgetting costs nothing
 * per nonce. Bounded: when a generation is full, further requests are refused rather than nonces forgotten early.
 */
export class NonceCache {
  private current = new Set<string>();
  private previous = new Set<string>();
  private turnedAtMs: number;

  constructor(
    private readonly keepMs: number,
    private readonly sizeMax: number,
    nowMs: number,
  ) {
    this.turnedAtMs = nowMs;
  }

  /** Takes the nonce when it is new. */
  take(nonce: string, nowMs: number): 'taken' | 'seen' | 'full' {
    const ageMs = nowMs - this.turnedAtMs;
    if (ageMs >= this.keepMs) {
      this.previous = ageMs >= 2 * this.keepMs ? new Set() : this.current;
      this.current = new Set();
      this.turnedAtMs = nowMs;
    }
    if (this.current.has(nonce) || this.previous.has(nonce)) return 'seen';
    if (this.current.size >= this.sizeMax) return 'full';
    this.current.add(nonce);
    return 'taken';
  }

  /** Milliseconds until there is room for further nonces. */
  untilForgotten(nowMs: number): number {
    return Math.max(0, this.turnedAtMs + this.keepMs - nowMs);
  }
}
