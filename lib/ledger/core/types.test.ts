import { describe, expect, it } from 'vitest';
import { chainId, hash, height, timeMs } from './types';

describe('names and numbers of the engine', () => {
  it.each(['abc', 'tide-4417', `a${'b'.repeat(61)}c`, '0x0'])('%s is a sub-chain name', (name) => {
    expect(chainId(name)).toBe(name);
  });

  it.each(['', 'ab', '-abc', 'abc-', 'Abc', 'a_c', 'a/c', '../x', `a${'b'.repeat(63)}`, 'a c', 'äbc'])('%j is none', (name) => {
    expect(() => chainId(name)).toThrow(TypeError);
  });

  it('hashes are 64 lower-case digits', () => {
    expect(hash('ab'.repeat(32))).toBe('ab'.repeat(32));
    for (const wrong of ['', 'AB'.repeat(32), 'ab'.repeat(31), `0x${'ab'.repeat(31)}`, 'zz'.repeat(32)]) expect(() => hash(wrong)).toThrow(TypeError);
  });

  it('heights and times are safe integers from 0', () => {
    expect([height(0), timeMs(1_760_000_000_000)]).toEqual([0, 1_760_000_000_000]);
    for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => height(wrong)).toThrow(RangeError);
      expect(() => timeMs(wrong)).toThrow(RangeError);
    }
  });
});
