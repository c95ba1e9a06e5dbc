import { describe, expect, it } from 'vitest';
import type { Finality } from '../../core/consensus/rules';
import type { Plan } from './plan';
import { simulate } from './simulate';
import { loseDisks } from './targeted';

/** Seeds that failed once, and why. Each failed with the core as it was, under the simulator as it is. */
const SEEDS: readonly (readonly [mode: Finality, seed: number, why: string, adjust?: (plan: Plan) => Plan])[] = [
  ['crash', 114, 'a proof of lock that was repeated without the own vote was one vote short for everybody else'],
  ['crash', 219, 'the same, with an own old prevote refused when others brought it'],
  ['crash', 266, 'the same, with three disks lost'],
  ['byzantine', 97, 'the same, with a liar that votes for nothing any more'],
  ['byzantine', 214, 'the same, with six validators and followers'],
  ['crash', 323, 'the same, between two lost disks', loseDisks],
  ['crash', 828, 'the same, with one of three validators silent', loseDisks],
];

describe('what failed once does not fail again', () => {
  for (const [mode, seed, why, adjust] of SEEDS) {
    it(`${mode}, seed ${seed}: ${why}`, () => {
      expect(simulate(seed, mode, adjust === undefined ? {} : { adjust }).failure).toBeUndefined();
    });
  }
});
