import { describe, expect, it } from 'vitest';
import { Seats } from './seats';

describe('seats', () => {
  it('are given out up to the bound of all and of each holder, and given back once', () => {
    const seats = new Seats(4, { identity: 2, channel: 3 });
    const take = (identity: string, channel: string) => seats.take({ identity, channel });
    const leave = take('a', 'x');
    expect([leave, take('a', 'x')]).not.toContain(undefined);
    expect(take('a', 'y')).toBeUndefined();
    expect(take('b', 'x')).toBeDefined();
    expect(take('c', 'x')).toBeUndefined();
    expect(take('c', 'y')).toBeDefined();
    expect(take('d', 'z')).toBeUndefined();
    leave?.();
    leave?.();
    expect(take('d', 'z')).toBeDefined();
    expect(take('a', 'x')).toBeUndefined();
  });

  it('of a refused one are nobody’s', () => {
    const seats = new Seats(10, { identity: 5, channel: 1 });
    const leave = seats.take({ identity: 'a', channel: 'x' });
    for (let at = 0; at < 9; at += 1) expect(seats.take({ identity: 'a', channel: 'x' })).toBeUndefined();
    leave?.();
    for (const channel of ['1', '2', '3', '4', '5']) expect(seats.take({ identity: 'a', channel })).toBeDefined();
  });
});
