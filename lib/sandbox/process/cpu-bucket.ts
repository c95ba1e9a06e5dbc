/** Processor time as an account: it fills with the time that passes, and who draws it below zero pauses until it has something again. */
export class CpuBucket {
  private balanceMs: number;
  private at: number;

  /** `share` in cores; `burstMs`: the most that the account holds, and what it holds at first. `now` in milliseconds, never stepping back. */
  constructor(
    private readonly share: number,
    private readonly burstMs: number,
    now: number,
  ) {
    this.balanceMs = burstMs;
    this.at = now;
  }

  /** Books what was used since the last call; whether the user may go on. */
  use(usedMs: number, now: number): boolean {
    this.balanceMs = Math.min(this.burstMs, this.balanceMs + (now - this.at) * this.share - usedMs);
    this.at = now;
    return this.balanceMs >= 0;
  }
}
