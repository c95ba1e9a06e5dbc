import type { ChainLimits } from '@/lib/control';
import type { MeterBook } from './meter-book';
import { TokenBucket } from './token-bucket';

export type QuotaName = 'requests per second' | 'transactions per second' | 'requests' | 'transactions' | 'storage' | 'time';

export interface QuotaRefusal {
  readonly quota: QuotaName;
  /** Says which quota it is and what to do. */
  readonly message: string;
  /** Present when waiting helps: milliseconds until the next try. Absent: the quota is used up. */
  readonly retryAfterMs?: number;
}

/** What the doors of this host allow one sub-chain, and how much of it is used. */
export class ChainQuota {
  private readonly requestBucket: TokenBucket;
  private readonly transactionBucket: TokenBucket;
  private transactionsInFlight = 0;

  constructor(
    readonly chain: string,
    private limits: ChainLimits,
    private readonly meters: MeterBook,
    nowMs: number,
  ) {
    this.requestBucket = new TokenBucket(limits.requestsPerSecond, limits.requestBurst, nowMs);
    this.transactionBucket = new TokenBucket(limits.transactionsPerSecond, limits.transactionBurst, nowMs);
  }

  setLimits(limits: ChainLimits): void {
    this.limits = limits;
    this.requestBucket.resize(limits.requestsPerSecond, limits.requestBurst);
    this.transactionBucket.resize(limits.transactionsPerSecond, limits.transactionBurst);
  }

  /** Nothing of it is taken now: a new one is as good. */
  isUnused(nowMs: number): boolean {
    return this.transactionsInFlight === 0 && this.requestBucket.isFull(nowMs) && this.transactionBucket.isFull(nowMs);
  }

  /** Admits one request and counts it, or says why not; a refused request is not counted. */
  takeRequest(nowMs: number): QuotaRefusal | undefined {
    const { requestsPerPeriod, requestsPerSecond, period } = this.limits;
    const used = this.meters.used(this.chain, period, nowMs).requests;
    if (requestsPerPeriod !== undefined && used >= requestsPerPeriod) return usedUp('requests', requestsPerPeriod, period);
    const waitMs = this.requestBucket.take(nowMs);
    if (waitMs > 0) return tooFast('requests per second', requestsPerSecond, waitMs);
    this.meters.countRequest(this.chain, nowMs);
    return undefined;
  }

  /** Why nothing may be written at all, undefined when something may: the paid time is over, or the storage is used up. */
  findReadOnly(nowMs: number, sizeBytes: number): QuotaRefusal | undefined {
    const { storageBytesMax, writableUntilMs } = this.limits;
    if (writableUntilMs !== undefined && nowMs >= writableUntilMs) {
      return { quota: 'time', message: `This sub-chain is read-only since ${new Date(writableUntilMs).toISOString()}. Renew its application in the portal to write again.` };
    }
    if (sizeBytes >= storageBytesMax) {
      return { quota: 'storage', message: `This sub-chain has used its storage of ${storageBytesMax} bytes and is read-only. Choose a larger plan in the portal.` };
    }
    return undefined;
  }

  /**
   * Admits one transaction, or says why not. The one who was admitted calls `done` once, with whether the sub-chain
   * took the transaction: only then it counts.
   */
  takeTransaction(nowMs: number, sizeBytes: number): QuotaRefusal | { readonly done: (accepted: boolean, atMs: number) => void } {
    const { transactionsPerPeriod, transactionsPerSecond, period } = this.limits;
    const readOnly = this.findReadOnly(nowMs, sizeBytes);
    if (readOnly !== undefined) return readOnly;
    const used = this.meters.used(this.chain, period, nowMs).transactions + this.transactionsInFlight;
    if (transactionsPerPeriod !== undefined && used >= transactionsPerPeriod) return usedUp('transactions', transactionsPerPeriod, period);
    const waitMs = this.transactionBucket.take(nowMs);
    if (waitMs > 0) return tooFast('transactions per second', transactionsPerSecond, waitMs);
    this.transactionsInFlight += 1;
    let open = true;
    return {
      done: (accepted, atMs) => {
        if (!open) return;
        open = false;
        this.transactionsInFlight -= 1;
        if (accepted) this.meters.countTransaction(this.chain, atMs);
      },
    };
  }
}

function tooFast(quota: 'requests per second' | 'transactions per second', limit: number, waitMs: number): QuotaRefusal {
  return { quota, retryAfterMs: waitMs, message: `The quota of ${limit} ${quota} is used up for the moment. Try again in ${waitMs} ms.` };
}

function usedUp(quota: 'requests' | 'transactions', limit: number, period: ChainLimits['period']): QuotaRefusal {
  const what = period === 'month' ? `this month’s quota of ${limit} ${quota} is used up. It begins anew on the first of next month (UTC)` : `the quota of ${limit} ${quota} is used up`;
  return { quota, message: `For this sub-chain ${what}; a larger plan in the portal lifts it.` };
}
