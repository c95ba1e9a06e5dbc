import { describe, expect, it } from 'vitest';
import type { Finality } from '../../../core/consensus/rules';
import { simulateFabric } from './simulate-fabric';

/** `npm run sim -- --framework fabric` runs as many as one likes; these are for every change. */
const SEEDS: readonly (readonly [Finality, number])[] = [
  ['solo', 5],
  ['crash', 5],
  ['byzantine', 5],
];

/** Cores that are shared with a busy machine: slow is not wrong. */
const PATIENCE = { timeout: 300_000 };

describe('a channel whatever fails: the same blocks, codes, states, histories and private data everywhere', PATIENCE, () => {
  it.each(SEEDS)('%s finality: seeds 1 to %i', async (mode, seeds) => {
    const sums = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { failure, stats } = await simulateFabric(seed, mode);
      expect(failure, `npm run sim -- --framework fabric --seed ${seed} --mode ${mode} --trace`).toBeUndefined();
      for (const [name, count] of Object.entries(stats)) sums.set(name, (sums.get(name) ?? 0) + count);
    }
    // What is not brought about proves nothing.
    for (const name of ['valid', 'readConflicts', 'phantoms', 'policyFailures', 'privateGiven', 'lives']) expect(sums.get(name), name).toBeGreaterThan(0);
    expect(sums.get('definitions')).toBeGreaterThan(seeds);
    expect((sums.get('privateLies') ?? 0) > 0).toBe(mode === 'byzantine');
  });

  it('the same events for the same seed, although keys and signatures are by chance', async () => {
    const hashes = [(await simulateFabric(3, 'byzantine')).logHash, (await simulateFabric(3, 'byzantine')).logHash, (await simulateFabric(4, 'byzantine')).logHash];
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });
});
