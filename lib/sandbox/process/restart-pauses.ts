export interface PauseLimits {
  readonly pauseMsMin: number;
  readonly pauseMsMax: number;
  readonly healthyMs: number;
}

/** Growing pauses between the starts of a chaincode that ends by itself. Times in milliseconds, never stepping back. */
export class RestartPauses {
  private failures = 0;
  private notBefore = 0;

  constructor(private readonly limits: PauseLimits) {}

  /** It ended, or did not come up; it had run since `startedAt`. */
  failed(startedAt: number, now: number): void {
    if (now - startedAt >= this.limits.healthyMs) this.failures = 0;
    const pause = Math.min(this.limits.pauseMsMax, this.limits.pauseMsMin * 2 ** Math.min(this.failures, 30));
    this.failures++;
    this.notBefore = now + pause;
  }

  /** Milliseconds until it may be started; 0: now. */
  waitMs(now: number): number {
    return Math.max(0, Math.ceil(this.notBefore - now));
  }
}
