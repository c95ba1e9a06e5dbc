import { describe, expect, it } from 'vitest';
import { faultsToleratedOf, finalityModes, isFinalityPossible, quorumOf, validatorsOf } from './finality';

const counts = Array.from({ length: 16 }, (_, index) => index + 1);

describe('finality modes', () => {
  it('are offered from 1, 3 and 4 peers on', () => {
    const possible = [1, 2, 3, 4, 7].map((peers) => finalityModes.filter((mode) => isFinalityPossible(mode, peers)));
    expect(possible).toEqual([['solo'], ['solo'], ['solo', 'crash'], ['solo', 'crash', 'byzantine'], ['solo', 'crash', 'byzantine']]);
  });

  it('go on with the quorum that is left when as many peers as promised are away', () => {
    for (const mode of finalityModes) {
      for (const peers of counts.filter((count) => isFinalityPossible(mode, count))) {
        expect(validatorsOf(mode, peers) - faultsToleratedOf(mode, peers), `${mode} with ${peers}`).toBeGreaterThanOrEqual(quorumOf(mode, peers));
      }
    }
  });

  it('let any two quorums share a validator that keeps to the rules', () => {
    for (const mode of finalityModes) {
      for (const peers of counts.filter((count) => isFinalityPossible(mode, count))) {
        const shared = 2 * quorumOf(mode, peers) - validatorsOf(mode, peers);
        const liars = mode === 'byzantine' ? faultsToleratedOf(mode, peers) : 0;
        expect(shared, `${mode} with ${peers}`).toBeGreaterThan(liars);
      }
    }
  });

  it('promise no more than they hold: one fault more and no quorum is left', () => {
    for (const mode of finalityModes) {
      for (const peers of counts.filter((count) => isFinalityPossible(mode, count))) {
        expect(validatorsOf(mode, peers) - faultsToleratedOf(mode, peers) - 1, `${mode} with ${peers}`).toBeLessThan(quorumOf(mode, peers));
      }
    }
  });
});
