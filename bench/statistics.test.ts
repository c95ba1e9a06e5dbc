import { describe, expect, it } from 'vitest';
import { median, percentile, round } from './statistics';

describe('percentile', () => {
  it('is a sample that was measured, never one in between', () => {
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(percentile([4, 1, 2, 3], 0.5)).toBe(2);
    expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toBe(10);
  });

  it('orders numbers as numbers and leaves the samples as they were', () => {
    const samples = [10, 9, 100];
    expect(percentile(samples, 1)).toBe(100);
    expect(samples).toEqual([10, 9, 100]);
  });

  it('refuses to invent a figure from nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });

  it('rounds for tables', () => expect(round(1.25499, 2)).toBe(1.25));
});
