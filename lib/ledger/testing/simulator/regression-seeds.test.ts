import { describe, expect, it } from 'vitest';
import type { Finality } from '../../core/consensus/rules';
import type { Plan } from './plan';
import { simulate } from './simulate';
import { loseDisks } from './targeted';

/** Seeds that failed once, and why: each with the core or the driver as it was, under these schedules. */
const SEEDS: readonly (readonly [mode: Finality, seed: number, why: string, adjust?: (plan: Plan) => Plan])[] = [
  ['crash', 266, 'a proof of lock that was repeated without the own vote was one vote short for everybody else'],
  ['byzantine', 35, 'the same, with a liar that votes for nothing any more'],
  ['byzantine', 104, 'the same, with an own old prevote refused when others brought it'],
  ['crash', 323, 'the same, between two lost disks', loseDisks],
  ['crash', 362, 'the same, with one of three validators silent', loseDisks],
  ['byzantine', 3267, 'those whom a change put out of office told it to those alone whose signature was missing'],
  ['byzantine', 4483, 'the same: the one validator left had signed the block and never saw it decided'],
];

describe('what failed once does not fail again', () => {
  for (const [mode, seed, why, adjust] of SEEDS) {
    it(`${mode}, seed ${seed}: ${why}`, () => {
      expect(simulate(seed, mode, adjust === undefined ? {} : { adjust }).failure).toBeUndefined();
    });
  }
});
