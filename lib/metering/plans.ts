/** What a plan includes, as data. Prices are billing's. */
export interface PlanQuota {
  label: string;
  cityNodesMax: number;
  /** Sustained rate and peak of the token bucket at the doors of a host. */
  transactionsPerSecond: number;
  transactionBurst: number;
  requestsPerSecond: number;
  requestBurst: number;
  /** `total`: over the life of the sub-chain; `month`: calendar month, UTC. */
  period: 'total' | 'month';
  /** Absent: not limited. */
  requestsPerPeriod?: number;
  transactionsPerPeriod?: number;
  /** A peer. */
  storageBytesMax: number;
  /** Life of a test sub-chain. */
  days?: number;
}

export const planQuotas = {
  TEST: {
    label: 'Test',
    cityNodesMax: 1,
    transactionsPerSecond: 5,
    transactionBurst: 20,
    requestsPerSecond: 50,
    requestBurst: 100,
    period: 'total',
    requestsPerPeriod: 100_000,
    storageBytesMax: 100_000_000,
    days: 30,
  },
  STANDARD: {
    label: 'Standard',
    cityNodesMax: 7,
    transactionsPerSecond: 20,
    transactionBurst: 60,
    requestsPerSecond: 500,
    requestBurst: 1_000,
    period: 'month',
    transactionsPerPeriod: 5_000_000,
    storageBytesMax: 20_000_000_000,
  },
} as const satisfies Record<string, PlanQuota>;

export type PlanCode = keyof typeof planQuotas;

export function planQuota(plan: PlanCode): PlanQuota {
  return planQuotas[plan];
}

/** The meter row's period that a moment belongs to: `total`, or `2026-11`. */
export function meterPeriod(plan: PlanCode, atMs: number): string {
  return planQuota(plan).period === 'total' ? 'total' : new Date(atMs).toISOString().slice(0, 7);
}
