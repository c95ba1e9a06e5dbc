import { describe, expect, it } from 'vitest';
import type { Finality } from '../../core/consensus/rules';
import { planFor } from './plan';
import { simulate } from './simulate';

/** `npm run sim` runs as many as one likes; these are for every change. */
const SEEDS: readonly (readonly [Finality, number])[] = [
  ['solo', 300],
  ['crash', 200],
  ['byzantine', 100],
];

/** Cores that are shared with a busy machine: slow is not wrong. */
const PATIENCE = { timeout: 300_000 };

describe('whatever fails until then, afterwards all honest peers agree and go on', PATIENCE, () => {
  it.each(SEEDS)('%s finality: seeds 1 to %i', (mode, seeds) => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { failure } = simulate(seed, mode);
      expect(failure, `npm run sim -- --seed ${seed} --mode ${mode} --trace`).toBeUndefined();
    }
  });
});

describe('a seed is one schedule', () => {
  it.each(['solo', 'crash', 'byzantine'] as const)('%s: the same events each time, others with another seed', (mode) => {
    const hashes = [3, 4, 5, 3, 4, 5].map((seed) => simulate(seed, mode).logHash);
    expect(hashes.slice(0, 3)).toEqual(hashes.slice(3));
    expect(new Set(hashes).size).toBe(3);
  });

  it('also with real signatures, which are by chance', () => {
    expect(planFor(200, 'byzantine').hasRealSignatures).toBe(true);
    expect(simulate(200, 'crash').logHash).toBe(simulate(200, 'crash').logHash);
  });

  it('prints every event when it is asked to', () => {
    const lines: string[] = [];
    const { stats } = simulate(3, 'crash', { print: (line) => lines.push(line) });
    expect(lines).toHaveLength(stats.events);
    expect(lines.some((line) => /agrees on [0-9a-f]{8} as block 1/.test(line))).toBe(true);
  });
});

describe('the schedules', () => {
  it.each(['crash', 'byzantine'] as const)('hold everything that may go wrong with %s finality, and never more faults than it bears', (mode) => {
    const plans = Array.from({ length: 400 }, (_, seed) => planFor(seed, mode));
    const faults = { crash: (n: number) => Math.floor((n - 1) / 2), byzantine: (n: number) => Math.floor((n - 1) / 3) }[mode];
    for (const { validators, byzantine, lostDisks, oldPrograms } of plans) {
      const forEver = oldPrograms.filter(({ upgradesAtMs }) => upgradesAtMs === undefined);
      expect(byzantine.length + lostDisks.length + forEver.length).toBeLessThanOrEqual(faults(validators));
    }
    const some = (has: (plan: (typeof plans)[number]) => boolean): boolean => plans.filter(has).length > 10;
    expect(some(({ lostDisks }) => lostDisks.length > 0)).toBe(true);
    expect(some(({ crash }) => crash.afterVote > 0)).toBe(true);
    expect(some(({ disk }) => disk.slow > 0)).toBe(true);
    expect(some(({ network }) => network.cutEveryMs > 0 && network.isCutOneWay > 0)).toBe(true);
    expect(some(({ changes }) => changes.length > 1)).toBe(true);
    expect(some(({ followers }) => followers > 0)).toBe(true);
    expect(some(({ oldPrograms }) => oldPrograms.length > 0)).toBe(true);
    expect(some(({ byzantine }) => byzantine.length > 0)).toBe(mode === 'byzantine');
  });

  it('bring about what they are for: restarts, changes of the validators, evidence, rounds in vain', () => {
    const sums = { lives: 0, changes: 0, evidences: 0, rounds: 0 };
    for (let seed = 1; seed <= 30; seed += 1) {
      const { stats } = simulate(seed, 'byzantine');
      sums.lives += stats.lives;
      sums.changes += stats.changes;
      sums.evidences += stats.evidences;
      sums.rounds += stats.maxRound;
    }
    expect(sums.lives).toBeGreaterThan(300);
    expect(sums.changes).toBeGreaterThan(5);
    expect(sums.evidences).toBeGreaterThan(100);
    expect(sums.rounds).toBeGreaterThan(20);
  });
});
