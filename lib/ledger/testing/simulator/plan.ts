import { DEFAULT_TIMEOUTS, type Timeouts } from '../../core/consensus/effects';
import { faultsTolerated, type Finality } from '../../core/consensus/rules';
import { createRandom, type Random } from '../random';

export type Change = 'add' | 'remove' | 'replace' | 'shuffle' | 'renew' | 'finality' | 'upgrade';

/** What colluding peers do; each a chance per opportunity, or a yes or no. */
export interface Tactics {
  /** How a Byzantine peer is run: no machine of its own, an honest one that leaks, or two with one key. */
  readonly run: 'puppet' | 'leaky' | 'twins';
  readonly equivocateVotes: number;
  readonly equivocateProposals: number;
  readonly forgeProofOfLock: number;
  readonly voteForNothing: number;
  readonly hidePolka: number;
  /** Locks one victim alone, on as many blocks as there are. */
  readonly lockOne: number;
  /** Votes against each proof of lock that is shown, before it is. */
  readonly contradictProofs: number;
  /** Until stabilisation it decides who hears whom, to have one victim alone see a block decided. */
  readonly isScheduler: boolean;
  readonly replay: number;
  readonly proposeBadBlocks: number;
  readonly garbage: number;
  readonly lieAboutHeads: number;
  readonly lieInAnswers: boolean;
  readonly lieInCatchUp: number;
  readonly flood: number;
  /** A leaky peer's own messages that do not leave. */
  readonly withhold: number;
  readonly isQuietAtEnd: boolean;
}

/** All that a seed decides before the first event. Times in simulated milliseconds, chances from 0 to 1. */
export interface Plan {
  readonly seed: number;
  readonly mode: Finality;
  readonly validators: number;
  readonly followers: number;
  readonly hasRealSignatures: boolean;
  readonly timeouts: Timeouts;
  /** Until then everything may fail; afterwards the network is reliable and crashed peers are back. */
  readonly stabilisationMs: number;
  /** Heights that each honest peer must come beyond the highest at stabilisation. */
  readonly heightsWanted: number;
  /** How long that may take: some rounds at the longest waits, and then some heights. */
  readonly patienceMs: number;
  readonly network: {
    readonly drop: number;
    readonly duplicate: number;
    readonly delayMs: number;
    readonly slow: number;
    readonly slowMs: number;
    /** Further chance to lose one kind of message, by its code. */
    readonly dropKind: { readonly code: number; readonly chance: number } | undefined;
    readonly dropCatchUp: number;
    /** Every so often the network is cut anew, or mended. */
    readonly cutEveryMs: number;
    readonly isCutOneWay: number;
    /** Or one peer is not heard by anybody. */
    readonly isCutOneVictim: number;
  };
  readonly crash: { readonly perSecond: number; readonly afterVote: number; readonly downMsMax: number };
  readonly disk: { readonly usualMs: number; readonly slow: number; readonly slowMs: number };
  readonly work: { readonly buildMs: number; readonly checkMs: number; readonly slow: number; readonly slowMs: number };
  /** Ahead of or behind the true time, by peer; halved and bounded at stabilisation. */
  readonly skewMs: readonly number[];
  readonly load: { readonly gapMs: number; readonly pauses: number; readonly gapMsAtEnd: number };
  readonly byzantine: readonly number[];
  readonly lostDisks: readonly { readonly peer: number; readonly atMs: number; readonly keeps: number }[];
  /** Peers with a program that does not know the next engine version; undefined: for ever. */
  readonly oldPrograms: readonly { readonly peer: number; readonly upgradesAtMs: number | undefined }[];
  readonly changes: readonly { readonly atMs: number; readonly kind: Change; readonly approvalMsMax: number }[];
  readonly tactics: Tactics;
}

const SIZES = { solo: [1], crash: [3, 3, 3, 5, 5, 7], byzantine: [4, 4, 4, 4, 5, 6, 7, 7, 10] } as const;

/** The schedule of a seed. */
export function planFor(seed: number, mode: Finality): Plan {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ mode.length);
  const validators = random.pick<number>(SIZES[mode]);
  const followers = mode === 'solo' ? 1 + random.below(4) : random.pick([0, 0, 1, 2, 3]);
  const peers = validators + followers;
  const stabilisationMs = random.pick([2_000, 5_000, 8_000, 15_000]) + random.below(3_000);
  const faults = drawFaults(random, mode, validators, peers, stabilisationMs);
  const isHarsh = random.chance(0.7);
  return {
    seed,
    mode,
    validators,
    followers,
    hasRealSignatures: seed % 100 === 0,
    timeouts: drawTimeouts(random),
    stabilisationMs,
    heightsWanted: 3 + random.below(3),
    patienceMs: 600_000,
    network: {
      drop: isHarsh ? random.next() * 0.3 : 0,
      duplicate: isHarsh ? random.next() * 0.2 : 0,
      delayMs: 1 + random.below(random.pick([10, 30, 100])),
      slow: isHarsh ? random.next() * 0.3 : 0,
      slowMs: random.pick([200, 1_000, 3_000]),
      dropKind: random.chance(0.4) ? { code: 1 + random.below(3), chance: 0.3 + random.next() * 0.6 } : undefined,
      dropCatchUp: random.chance(0.5) ? random.next() * 0.85 : 0,
      cutEveryMs: random.chance(0.6) ? 300 + random.below(3_000) : 0,
      isCutOneWay: random.chance(0.3) ? 0.5 : 0,
      isCutOneVictim: random.chance(0.4) ? 0.7 : 0.1,
    },
    crash: {
      perSecond: random.chance(0.6) ? random.next() * 0.3 : 0,
      afterVote: random.chance(0.5) ? random.next() * 0.12 : 0,
      downMsMax: random.pick([100, 1_000, 4_000]),
    },
    disk: { usualMs: random.below(4), slow: random.chance(0.4) ? random.next() * 0.4 : 0, slowMs: random.pick([50, 300, 1_500]) },
    work: { buildMs: random.below(20), checkMs: random.below(20), slow: random.chance(0.3) ? random.next() * 0.3 : 0, slowMs: random.pick([100, 1_000, 2_500]) },
    skewMs: Array.from({ length: peers }, () => (random.chance(0.3) ? random.below(8_000) - 4_000 : random.below(400) - 200)),
    load: { gapMs: random.pick([100, 300, 1_000, 3_000]), pauses: random.chance(0.4) ? random.next() * 0.5 : 0, gapMsAtEnd: 100 + random.below(700) },
    ...faults,
    changes: drawChanges(random, mode, stabilisationMs),
    tactics: drawTactics(random),
  };
}

function drawTimeouts(random: Random): Timeouts {
  const scale = random.pick([1, 1, 0.3, 0.1]);
  const { proposeMs, voteMs, growthMs, waitMsMax, repeatMs, repeatMsMax } = DEFAULT_TIMEOUTS;
  const scaled = (ms: number): number => Math.max(5, Math.round(ms * scale));
  return {
    proposeMs: scaled(proposeMs),
    voteMs: scaled(voteMs),
    growthMs: scaled(growthMs),
    waitMsMax,
    repeatMs: scaled(repeatMs),
    // However short: what is lost is said again within the longest wait.
    repeatMsMax: Math.max(200, scaled(repeatMsMax)),
  };
}

/** Lying, forgetting and stopped peers, together never more than the mode tolerates. */
function drawFaults(random: Random, mode: Finality, validators: number, peers: number, stabilisationMs: number): Pick<Plan, 'byzantine' | 'lostDisks' | 'oldPrograms'> {
  const order = Array.from({ length: validators }, (_, peer) => peer);
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  let budget = faultsTolerated(mode, validators);
  const take = (count: number): number[] => {
    budget -= count;
    return order.splice(0, count);
  };
  const liars = mode === 'byzantine' ? (random.chance(0.6) ? budget : random.below(budget + 1)) : 0;
  const byzantine = take(liars);
  const lost = take(random.chance(0.6) ? random.below(budget + 1) : 0);
  const lostDisks = lost.map((peer) => ({ peer, atMs: random.below(stabilisationMs), keeps: random.chance(0.4) ? random.next() : 0 }));
  const stopped = take(random.chance(0.2) ? random.below(budget + 1) : 0);
  const oldPrograms: { peer: number; upgradesAtMs: number | undefined }[] = stopped.map((peer) => ({ peer, upgradesAtMs: undefined }));
  const rest = Array.from({ length: peers }, (_, peer) => peer).filter((peer) => ![...byzantine, ...stopped].includes(peer));
  for (const peer of rest) if (random.chance(0.1)) oldPrograms.push({ peer, upgradesAtMs: random.below(stabilisationMs) });
  return { byzantine, lostDisks, oldPrograms };
}

function drawChanges(random: Random, mode: Finality, stabilisationMs: number): Plan['changes'] {
  const kinds: readonly Change[] = mode === 'solo' ? ['replace', 'finality', 'upgrade'] : ['add', 'remove', 'replace', 'shuffle', 'renew', 'finality', 'upgrade'];
  const count = random.pick([0, 0, 1, 1, 2, 3]);
  return Array.from({ length: count }, () => ({
    atMs: random.below(stabilisationMs),
    kind: random.pick(kinds),
    approvalMsMax: random.pick([10, 500, 5_000]),
  }));
}

function drawTactics(random: Random): Tactics {
  const some = (share: number, most: number): number => (random.chance(share) ? random.next() * most : 0);
  return {
    run: random.pick(['puppet', 'puppet', 'leaky', 'twins']),
    equivocateVotes: some(0.6, 0.7),
    equivocateProposals: some(0.7, 0.8),
    forgeProofOfLock: some(0.6, 0.9),
    voteForNothing: some(0.3, 0.4),
    hidePolka: some(0.5, 0.85),
    lockOne: some(0.3, 0.8),
    contradictProofs: some(0.3, 1),
    isScheduler: random.chance(0.5),
    replay: some(0.5, 0.2),
    proposeBadBlocks: some(0.3, 0.5),
    garbage: some(0.3, 0.2),
    lieAboutHeads: some(0.3, 0.2),
    lieInAnswers: random.chance(0.5),
    lieInCatchUp: some(0.6, 1),
    flood: some(0.2, 0.1),
    withhold: some(0.5, 0.7),
    isQuietAtEnd: random.chance(0.3),
  };
}
