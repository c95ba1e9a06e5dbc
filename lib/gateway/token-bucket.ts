/** Filled when it is looked at: an idle sub-chain costs no timer. */
export class TokenBucket {
  private tokens: number;
  private filledAtMs: number;

  constructor(
    private perSecond: number,
    private burst: number,
    nowMs: number,
  ) {
    this.tokens = burst;
    this.filledAtMs = nowMs;
  }

  /** Takes one token and answers 0, or takes nothing and answers in how many milliseconds there will be one. */
  take(nowMs: number): number {
    this.fill(nowMs);
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.tokens) / this.perSecond) * 1_000);
  }

  /** Nothing is missing: a new one is as good. */
  isFull(nowMs: number): boolean {
    this.fill(nowMs);
    return this.tokens >= this.burst;
  }

  private fill(nowMs: number): void {
    // A clock that was set back must neither drain nor fill the bucket.
    const elapsedMs = Math.max(0, nowMs - this.filledAtMs);
    this.filledAtMs = nowMs;
    this.tokens = Math.min(this.burst, this.tokens + (elapsedMs / 1_000) * this.perSecond);
  }

  /** New limits keep what is left, so that changing them is no way round them. */
  resize(perSecond: number, burst: number): void {
    this.perSecond = perSecond;
    this.burst = burst;
    this.tokens = Math.min(this.tokens, burst);
  }
}
