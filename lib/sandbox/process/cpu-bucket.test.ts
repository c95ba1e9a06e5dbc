import { describe, expect, it } from 'vitest';
import { CpuBucket } from './cpu-bucket';

describe('processor time', () => {
  it('in a burst is used up once, then comes as it passes', () => {
    const bucket = new CpuBucket(0.5, 1_000, 0);
    expect(bucket.use(200, 100)).toBe(true);
    expect(bucket.use(1_000, 200)).toBe(false);
    expect(bucket.use(0, 390)).toBe(false);
    expect(bucket.use(0, 400)).toBe(true);
  });

  it('that is not used adds up to the burst, not further', () => {
    const bucket = new CpuBucket(1, 1_000, 0);
    expect(bucket.use(0, 1_000_000)).toBe(true);
    expect(bucket.use(1_001, 1_000_000)).toBe(false);
  });

  it('within its share never runs out', () => {
    const bucket = new CpuBucket(1, 1_000, 0);
    for (let second = 1; second <= 100; second++) expect(bucket.use(999, second * 1_000)).toBe(true);
  });
});
