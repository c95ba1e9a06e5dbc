import { describe, expect, it } from 'vitest';
import { DrainRate, RETRY_MS_MAX, RETRY_MS_MIN, RETRY_MS_UNKNOWN } from './drain-rate';

const start = 1_760_000_000_000;

describe('the time after which to try again', () => {
  it('is how long those that wait will take at the rate of the last seconds', () => {
    const drain = new DrainRate();
    drain.look(start);
    for (let ms = 100; ms <= 900; ms += 100) {
      drain.leave(20);
      drain.look(start + ms);
    }
    // 180 left in 900 ms: a thousand take five seconds.
    expect(drain.retryAfterMs(1_000, start + 900)).toBe(5_000);
    expect(drain.retryAfterMs(100, start + 900)).toBe(500);
    // Ten times as fast since: the older window counts with the newer.
    drain.look(start + 1_000);
    drain.leave(1_800);
    expect(drain.retryAfterMs(990, start + 1_900)).toBeLessThan(1_000);
  });

  it('is bounded at both ends', () => {
    const [fast, slow] = [new DrainRate(), new DrainRate()];
    for (const drain of [fast, slow]) drain.look(start);
    fast.leave(100_000);
    expect(fast.retryAfterMs(1_000, start + 100)).toBe(RETRY_MS_MIN);
    expect(fast.retryAfterMs(1_000, start)).toBe(RETRY_MS_MIN);
    slow.leave(1);
    expect(slow.retryAfterMs(1_000, start + 900)).toBe(RETRY_MS_MAX);
  });

  it('is a guess while nothing was measured, and longer the longer nothing leaves', () => {
    const drain = new DrainRate();
    expect(drain.retryAfterMs(1_000, start)).toBe(RETRY_MS_UNKNOWN);
    expect(drain.retryAfterMs(1_000, start + 100)).toBe(RETRY_MS_UNKNOWN);
    drain.look(start + 999);
    expect(drain.retryAfterMs(1_000, start + 1_900)).toBe(1_900);
  });

  it('goes by now, not by a time long ago in which nothing came, nor by a clock that was set', () => {
    const drain = new DrainRate();
    drain.look(start);
    drain.look(start + 3_600_000);
    drain.leave(500);
    expect(drain.retryAfterMs(1_000, start + 3_600_100)).toBe(200);
    drain.look(start - 86_400_000);
    drain.leave(500);
    expect(drain.retryAfterMs(1_000, start - 86_400_000 + 100)).toBe(200);
  });
});
