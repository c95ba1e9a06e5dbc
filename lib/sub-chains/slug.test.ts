import { describe, expect, it } from 'vitest';
import { chainIdSchema } from '@/lib/control';
import { slugOf } from './slug';

describe('slugOf', () => {
  it('never gives one name to two sub-chains', () => {
    const count = 1_000_000;
    const seen = new Set<string>();
    for (let number = 0; number < count; number++) seen.add(slugOf(number));
    expect(seen.size).toBe(count);
  });

  it('gives names that gateway and engine accept, far along too', () => {
    for (const number of [0, 1, 959_999, 960_000, 2 ** 24 - 1]) {
      expect(chainIdSchema.safeParse(slugOf(number)).success, slugOf(number)).toBe(true);
    }
    expect(slugOf(5)).toMatch(/^[a-z]{3,8}-\d{4}$/);
  });

  it('does not tell neighbours apart by a digit only', () => {
    for (let number = 0; number < 500; number++) {
      expect(slugOf(number).split('-')[0]).not.toBe(slugOf(number + 1).split('-')[0]);
    }
  });
});
