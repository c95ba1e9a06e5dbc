import { faultsTolerated } from '../../core/consensus/rules';
import { createRandom } from '../random';
import type { Plan, Tactics } from './plan';

/** Schedules for one weakness: the seed still draws sizes and times, but nothing else is in the way. */

const HONEST: Tactics = {
  run: 'puppet',
  equivocateVotes: 0,
  equivocateProposals: 0,
  forgeProofOfLock: 0,
  voteForNothing: 0,
  hidePolka: 0,
  lockOne: 0,
  contradictProofs: 0,
  isScheduler: false,
  replay: 0,
  proposeBadBlocks: 0,
  garbage: 0,
  lieAboutHeads: 0,
  lieInAnswers: false,
  lieInCatchUp: 0,
  flood: 0,
  withhold: 0,
  isQuietAtEnd: false,
};

/** A quick and reliable world under steady load, with as many liars as are tolerated, or none. */
function calm(plan: Plan, tactics: Tactics): Plan {
  const liars = plan.mode === 'byzantine' ? faultsTolerated(plan.mode, plan.validators) : 0;
  return {
    ...plan,
    followers: 0,
    byzantine: Array.from({ length: liars }, (_, place) => (place * 3 + plan.seed) % plan.validators),
    lostDisks: [],
    oldPrograms: [],
    changes: [],
    skewMs: [],
    patienceMs: 60_000,
    crash: { perSecond: 0, afterVote: 0, downMsMax: 100 },
    network: { ...plan.network, drop: 0, duplicate: 0, slow: 0, dropKind: undefined, dropCatchUp: 0, cutEveryMs: 0 },
    disk: { ...plan.disk, slow: 0 },
    work: { ...plan.work, slow: 0 },
    load: { gapMs: 100, pauses: 0, gapMsAtEnd: 200 },
    tactics,
  };
}

/** Binds just enough honest validators to a block, shows one of them that it is decided, and has the others agree on another. */
export const splitLocked = (plan: Plan): Plan => calm(plan, { ...HONEST, isScheduler: true, forgeProofOfLock: 1 });

/** Binds one validator to a block by votes that the others are told the contrary of, before and after. */
export const contradictProofs = (plan: Plan): Plan => calm(plan, { ...HONEST, lockOne: 1, contradictProofs: 1 });

/** Crash tolerance: as many disks as are tolerated are lost at about the same time, in a network that is cut again and again. */
export function loseDisks(plan: Plan): Plan {
  const random = createRandom(plan.seed);
  const atMs = 500 + random.below(plan.stabilisationMs - 1_000);
  const lost = faultsTolerated(plan.mode, plan.validators);
  return {
    ...calm(plan, HONEST),
    byzantine: [],
    lostDisks: Array.from({ length: lost }, (_, place) => ({ peer: (place * 3 + plan.seed) % plan.validators, atMs: atMs + random.below(500), keeps: 0 })),
    network: { ...plan.network, isCutOneVictim: 0.6, cutEveryMs: 300 + random.below(2_000) },
    crash: plan.crash,
  };
}
