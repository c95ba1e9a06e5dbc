import { describe, expect, it } from 'vitest';
import { readTime } from './read-time';

const nowMs = Date.UTC(2026, 11, 1, 12);
const read = (text: string) => readTime(text, nowMs)?.toISOString();

describe('a time in a query', () => {
  it.each([
    ['2026-12-01', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T10:20:30Z', '2026-12-01T10:20:30.000Z'],
    ['2026-12-01T10:20:30.5+02:00', '2026-12-01T08:20:30.500Z'],
    ['+1h', '2026-12-01T13:00:00.000Z'],
    ['-30d', '2026-11-01T12:00:00.000Z'],
    ['+1h30m', '2026-12-01T13:30:00.000Z'],
    ['-1.5s', '2026-12-01T11:59:58.500Z'],
    ['+250ms', '2026-12-01T12:00:00.250Z'],
  ])('%s is %s', (text, time) => expect(read(text)).toBe(time));

  it.each(['', '+', '-', '+1', '1h', '+1y', '+h', '+1h ', '+-1h', '+999999999d', '-999999999d', 'yesterday', '2026-13-01', '2026-12-01T10:20', '2026-12-01 10:20:30Z', '+1e3h', '20261201'])('%j is none', (text) => expect(read(text)).toBeUndefined());
});
