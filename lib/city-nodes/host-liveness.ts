/** A host that has not answered for this long takes no new peers and is shown as away. Observed each 2 s. */
export const hostAwayMs = 12_000;

export function isHostAlive(lastSeenAt: Date | null, now: number = Date.now()): boolean {
  return lastSeenAt !== null && now - lastSeenAt.getTime() < hostAwayMs;
}

/** The youngest moment at which a host counts as away. */
export function awaySince(now: number = Date.now()): Date {
  return new Date(now - hostAwayMs);
}
