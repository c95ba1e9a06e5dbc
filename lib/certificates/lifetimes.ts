const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const yearMs = 365 * dayMs;

/** How long everything holds, in milliseconds. */
export const lifetimes = {
  /** Certificates and lists begin this long ago: a host whose clock is behind must not refuse them. */
  skewMs: 5 * minuteMs,
  rootMs: 30 * yearMs,
  intermediateMs: 5 * yearMs,
  /** A new intermediate signs from here on; the old one's certificates run out under it. */
  intermediateRenewMs: yearMs,
  hostMs: 90 * dayMs,
  hostRenewMs: 30 * dayMs,
  /** A list is renewed ten days after it was made, so a host goes on for twenty without the portal. */
  revocationsMs: 30 * dayMs,
  revocationsRenewMs: 20 * dayMs,
} as const;
