import { expect, it } from 'vitest';
import { RestartPauses } from './restart-pauses';

it('a chaincode that ends by itself waits longer each time, until it has run well', () => {
  const pauses = new RestartPauses({ pauseMsMin: 100, pauseMsMax: 1_000, healthyMs: 10_000 });
  expect(pauses.waitMs(0)).toBe(0);
  const waits: number[] = [];
  for (let at = 1_000; at < 9_000; at += 1_000) {
    pauses.failed(at - 10, at);
    waits.push(pauses.waitMs(at));
  }
  expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]);
  expect(pauses.waitMs(9_500)).toBe(0);
  pauses.failed(9_000, 20_000);
  expect(pauses.waitMs(20_000)).toBe(100);
});
