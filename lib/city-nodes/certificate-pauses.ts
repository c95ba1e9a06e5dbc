const pauseMsMin = 2_000;
const pauseMsMax = 60_000;

interface Pause {
  failures: number;
  untilMs: number;
}

/**
 * Which hosts are left alone for a while because they refused their certificate: what a host refuses once it refuses two
 * seconds later too. In memory: after a restart of the worker it is tried at once.
 */
export class CertificatePauses {
  private readonly pauses = new Map<string, Pause>();

  isPaused(hostId: string, nowMs: number): boolean {
    return nowMs < (this.pauses.get(hostId)?.untilMs ?? 0);
  }

  /** How often it has failed in a row, this time included. */
  noteFailure(hostId: string, nowMs: number): number {
    const failures = (this.pauses.get(hostId)?.failures ?? 0) + 1;
    this.pauses.set(hostId, { failures, untilMs: nowMs + Math.min(pauseMsMax, pauseMsMin * 2 ** Math.min(failures - 1, 10)) });
    return failures;
  }

  noteSuccess(hostId: string): void {
    this.pauses.delete(hostId);
  }
}
