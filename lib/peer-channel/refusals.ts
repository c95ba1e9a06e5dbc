import type { ControlLogger } from '@/lib/control';

/** Why something that came from outside, or somebody, is not accepted. Counted by reason in `stats().refused`. */
export type RefusalReason =
  // connections
  | 'no-identity'
  | 'handshake'
  | 'too-many-connections'
  | 'no-certificate'
  | 'unusable-certificate'
  | 'foreign-root'
  | 'expired'
  | 'not-yet-valid'
  | 'no-host-name'
  | 'wrong-host'
  | 'own-name'
  | 'revoked'
  | 'unknown-status'
  | 'no-call'
  // what is said over them
  | 'malformed'
  | 'oversized'
  | 'truncated'
  | 'out-of-turn'
  | 'busy'
  | 'unknown-chain'
  | 'not-a-peer';

/** Why something of ours was not sent. Counted by reason in `stats().dropped`. */
export type DropReason = 'no-identity' | 'too-large' | 'queue-full' | 'stale' | 'refused' | 'closed';

/** Counts by reason; the reasons are a closed list, so that its size is bounded. */
export class Tally<R extends string> {
  private readonly counts = new Map<R, number>();

  add(reason: R, by = 1): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + by);
  }

  get(reason: R): number {
    return this.counts.get(reason) ?? 0;
  }

  toRecord(): Partial<Record<R, number>> {
    return Object.fromEntries(this.counts) as Partial<Record<R, number>>;
  }
}

const linesPerSecondMax = 20;

/** Counts refusals and logs them, at most 20 a second: whoever is refused must not be able to fill the disk. */
export class Refusals {
  readonly tally = new Tally<RefusalReason>();
  private second = 0;
  private lines = 0;

  constructor(
    private readonly logger: ControlLogger,
    private readonly now: () => number,
  ) {}

  note(reason: RefusalReason, fields: Record<string, unknown> = {}): void {
    this.tally.add(reason);
    const second = Math.floor(this.now() / 1_000);
    if (second !== this.second) [this.second, this.lines] = [second, 0];
    this.lines += 1;
    if (this.lines <= linesPerSecondMax) this.logger.warn({ reason, ...fields }, 'peer channel refused');
  }
}
