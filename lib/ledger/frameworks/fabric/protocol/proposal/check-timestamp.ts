import type { Timestamp } from '../messages';
import { ProposalRefused } from './proposal-refused';

/** Fabric's `peer.authentication.timewindow` and `General.Authentication.TimeWindow`. */
export const TIME_WINDOW_MS = 15 * 60 * 1_000;

/** What protocol buffers let into a Timestamp: the years 1 to 9999. */
const SECONDS_MIN = -62_135_596_800n;
const SECONDS_MAX = 253_402_300_799n;
const NANOS_MAX = 999_999_999;

/** Milliseconds since 1970, or undefined for what is no time of the years 1 to 9999. */
export function toMilliseconds({ seconds, nanos }: Timestamp): number | undefined {
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX || nanos < 0 || nanos > NANOS_MAX) return undefined;
  return Number(seconds) * 1_000 + nanos / 1_000_000;
}

/**
 * Refuses a header whose clock is more than `windowMs` from ours, before or after. Fabric asks this of those who want
 * blocks (common/deliver/deliver.go), and of proposals never; a proposal's time becomes the chaincode's, so a host may
 * ask it of them too. `nowMs` in milliseconds since 1970. Throws {@link ProposalRefused} `stale`.
 */
export function checkTimestamp(timestamp: Timestamp | undefined, nowMs: number, windowMs = TIME_WINDOW_MS): void {
  if (timestamp === undefined) throw new ProposalRefused('stale', 'channel header in envelope must contain timestamp');
  const time = toMilliseconds(timestamp);
  if (time === undefined) throw new ProposalRefused('stale', `channel header in envelope contains no time: ${timestamp.seconds} seconds, ${timestamp.nanos} nanoseconds`);
  if (Math.abs(nowMs - time) <= windowMs) return;
  throw new ProposalRefused('stale', `envelope timestamp ${new Date(time).toISOString()} is more than ${windowMs / 1_000}s apart from current server time ${new Date(nowMs).toISOString()}`);
}
