import { describe, expect, it } from 'vitest';
import { meterPeriod, planQuota, planQuotas } from './plans';

describe('plans', () => {
  it('include what the price list promises', () => {
    expect(planQuotas.TEST).toMatchObject({ cityNodesMax: 1, transactionsPerSecond: 5, transactionBurst: 20, storageBytesMax: 100e6, requestsPerPeriod: 100_000, days: 30 });
    expect(planQuotas.STANDARD).toMatchObject({ cityNodesMax: 7, transactionsPerSecond: 20, transactionBurst: 60, storageBytesMax: 20e9, transactionsPerPeriod: 5_000_000 });
    expect(planQuota('STANDARD').days).toBeUndefined();
  });

  it('count a test sub-chain over its whole life and others by calendar month in UTC', () => {
    const lastMoment = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
    expect(meterPeriod('TEST', lastMoment)).toBe('total');
    expect(meterPeriod('STANDARD', lastMoment)).toBe('2026-11');
    expect(meterPeriod('STANDARD', lastMoment + 1)).toBe('2026-12');
  });
});
