import type { ChainLimits } from '@/lib/control';
import { planQuota, type PlanCode } from '@/lib/metering';

/** What the doors allow a sub-chain: its plan's quotas, and for a test sub-chain the end of its days. */
export function chainLimitsOf(application: { plan: PlanCode; expiresAt: Date | null }): ChainLimits {
  const { label: _label, cityNodesMax: _max, days, ...quota } = planQuota(application.plan);
  return { ...quota, ...(days !== undefined && application.expiresAt ? { writableUntilMs: application.expiresAt.getTime() } : {}) };
}
