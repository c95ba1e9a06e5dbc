import { describe, expect, it } from 'vitest';
import { chainLimitsSchema } from '@/lib/control';
import { chainLimitsOf } from './chain-limits';

const expiresAt = new Date('2026-12-20T00:00:00Z');

describe('chainLimitsOf', () => {
  it('tells the doors exactly the plan’s quotas, in the shape that they parse', () => {
    for (const plan of ['TEST', 'STANDARD'] as const) {
      const limits = chainLimitsOf({ plan, expiresAt });
      expect(chainLimitsSchema.strict().parse(limits)).toEqual(limits);
    }
  });

  it('closes a test sub-chain for writes when its days end, and no other', () => {
    expect(chainLimitsOf({ plan: 'TEST', expiresAt }).writableUntilMs).toBe(expiresAt.getTime());
    expect(chainLimitsOf({ plan: 'STANDARD', expiresAt })).not.toHaveProperty('writableUntilMs');
  });
});
