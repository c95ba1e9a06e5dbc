import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket';

describe('TokenBucket', () => {
  it('lets a burst through and then the steady rate, whatever the rhythm of the calls', () => {
    for (const stepMs of [1, 7, 333, 5_000]) {
      const bucket = new TokenBucket(5, 20, 0);
      let taken = 0;
      const endMs = 60_000;
      for (let nowMs = 0; nowMs <= endMs; nowMs += stepMs) while (bucket.take(nowMs) === 0) taken += 1;
      const lastMs = Math.floor(endMs / stepMs) * stepMs;
      const expected = 20 + (lastMs / 1_000) * 5;
      // A step longer than the burst takes to fill loses what overflows.
      if (stepMs < 4_000) expect(Math.abs(taken - expected), `step ${stepMs}`).toBeLessThanOrEqual(1);
      else expect(taken).toBe(20 * (1 + Math.floor(endMs / stepMs)));
    }
  });

  it('says after how long the next token is there, and keeps its word', () => {
    const bucket = new TokenBucket(4, 1, 0);
    expect(bucket.take(0)).toBe(0);
    expect(bucket.take(0)).toBe(250);
    expect(bucket.take(249)).toBeGreaterThan(0);
    expect(bucket.take(250)).toBe(0);
  });

  it('neither drains nor fills when the clock is set back', () => {
    const bucket = new TokenBucket(1, 2, 10_000);
    expect(bucket.take(10_000)).toBe(0);
    expect(bucket.take(3_000)).toBe(0);
    expect(bucket.take(3_000)).toBeGreaterThan(0);
    expect(bucket.take(4_000)).toBe(0);
  });

  it('gives no new tokens when its limits are changed', () => {
    const bucket = new TokenBucket(1, 10, 0);
    for (let index = 0; index < 10; index++) bucket.take(0);
    bucket.resize(1, 100);
    expect(bucket.take(0)).toBeGreaterThan(0);
    bucket.resize(1, 1);
    bucket.take(100_000);
    expect(bucket.take(100_000)).toBeGreaterThan(0);
  });
});
