import { TokenBucket } from '@/lib/gateway';

export interface LocalQuotaLimits {
  readonly perSecond: number;
  readonly burst: number;
}

/** An administrator's work by hand or by a script; installing packages is the most of it. */
export const localQuotaDefaults: LocalQuotaLimits = { perSecond: 20, burst: 200 };

/** What an organisation may ask its peer here about no channel: installing, listing. No plan of a channel counts it. */
export class LocalQuota {
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(private readonly limits: LocalQuotaLimits = localQuotaDefaults) {}

  /** @param mspId of an organisation with a peer here: of these there are only so many */
  take(mspId: string, nowMs: number): { readonly message: string; readonly retryAfterMs: number } | undefined {
    const { perSecond, burst } = this.limits;
    const bucket = this.#buckets.get(mspId) ?? new TokenBucket(perSecond, burst, nowMs);
    this.#buckets.set(mspId, bucket);
    const retryAfterMs = bucket.take(nowMs);
    if (retryAfterMs === 0) return undefined;
    return { message: `${mspId} asks its peer on this host for more than ${perSecond} things a second: try again in ${retryAfterMs} ms`, retryAfterMs };
  }
}
