import type { ChainLimits } from '@/lib/control';
import { ChainQuota } from './chain-quota';
import type { MeterBook } from './meter-book';

export interface QuotaTableOptions {
  /** What a sub-chain is allowed; undefined when it has no door here. */
  readonly findLimits: (chain: string) => ChainLimits | undefined;
  readonly meters: MeterBook;
  readonly now: () => number;
}

/** More are not kept while some of them are as good as new. */
const KEPT_MAX = 4_096;

/** Quotas of all sub-chains of a host, each made when it is first asked for: of a hundred thousand few are in use at a time. */
export class QuotaTable {
  private readonly quotas = new Map<string, ChainQuota>();

  constructor(private readonly options: QuotaTableOptions) {}

  get(chain: string): ChainQuota | undefined {
    const known = this.quotas.get(chain);
    if (known) return known;
    const { findLimits, meters, now } = this.options;
    const limits = findLimits(chain);
    if (!limits) return undefined;
    if (this.quotas.size >= KEPT_MAX) this.forgetUnused(now());
    const quota = new ChainQuota(chain, limits, meters, now());
    this.quotas.set(chain, quota);
    return quota;
  }

  /** The sub-chain's limits are others now. */
  update(chain: string, limits: ChainLimits): void {
    this.quotas.get(chain)?.setLimits(limits);
  }

  delete(chain: string): void {
    this.quotas.delete(chain);
  }

  private forgetUnused(nowMs: number): void {
    for (const [chain, quota] of this.quotas) if (quota.isUnused(nowMs)) this.quotas.delete(chain);
  }
}
