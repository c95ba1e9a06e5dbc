import { describe, expect, it } from 'vitest';
import { chainIdOf } from './chain-id';

describe('chainIdOf', () => {
  it('keeps two installations apart, so that no signed transaction replays', () => {
    expect(chainIdOf(7, 2 ** 24 - 1)).toBeLessThan(chainIdOf(8, 0));
  });

  it('stays above the public chains and within what clients can count', () => {
    expect(chainIdOf(0, 0)).toBe(2n ** 40n);
    // MetaMask takes ids up to 4503599627370476.
    expect(chainIdOf(2 ** 27 - 1, 2 ** 24 - 1)).toBeLessThan(4_503_599_627_370_476n);
  });

  it('refuses numbers that would run into another installation’s', () => {
    expect(() => chainIdOf(2 ** 27, 0)).toThrow();
    expect(() => chainIdOf(0, 2 ** 24)).toThrow();
  });
});
