import { describe, expect, it } from 'vitest';
import { Consensus } from '../../core/consensus/consensus';
import type { Effect, Verdict } from '../../core/consensus/effects';
import type { Finality } from '../../core/consensus/rules';
import { hash as toHash, type Hash } from '../../core/types';
import { simulate, type Outcome, type SimulateOptions } from './simulate';
import { contradictProofs, loseDisks, splitLocked } from './targeted';
import type { Plant } from './world';

/** The first failure among that many seeds. A bug that is not found in them fails the test: the simulator is worth nothing then. */
function find(mode: Finality, seeds: number, options: SimulateOptions): Outcome['failure'] & { readonly seed: number } {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = simulate(seed, mode, options);
    if (failure !== undefined) return { ...failure, seed };
  }
  throw new Error(`not found in ${seeds} seeds`);
}

/** Cores that are shared with a busy machine: slow is not wrong. */
const PATIENCE = { timeout: 300_000 };

const planted = (Class: typeof Consensus): Plant => ({ createConsensus: (start, ports) => new Class(start, ports) });

class SmallQuorum extends Consensus {
  protected override quorum(): number {
    return super.quorum() - 1;
  }
}

class NoLock extends Consensus {
  protected override isLockedAgainst(): boolean {
    return false;
  }
}

class BelievesProofs extends Consensus {
  protected override hasProofOfLock(): boolean {
    return true;
  }
}

class FirstVoteOnly extends Consensus {
  protected override keepsConflictingVotes(): boolean {
    return false;
  }
}

describe('the simulator finds a core', PATIENCE, () => {
  it('whose quorum is one too small, by its certificates', () => {
    expect(find('crash', 5, { plant: planted(SmallQuorum) })).toMatchObject({ kind: 'violation', what: 'certificate' });
    expect(find('byzantine', 5, { plant: planted(SmallQuorum) })).toMatchObject({ kind: 'violation', what: 'certificate' });
  });

  it('whose quorum is one too small, by the fork that it makes', () => {
    const plant = { ...planted(SmallQuorum), trustsSmallCertificates: true };
    expect(find('crash', 40, { plant })).toMatchObject({ kind: 'violation', what: 'fork' });
    expect(find('byzantine', 80, { plant, adjust: splitLocked })).toMatchObject({ kind: 'violation', what: 'fork' });
  });

  it('that is bound by no lock', () => {
    expect(find('byzantine', 60, { plant: planted(NoLock), adjust: splitLocked })).toMatchObject({ kind: 'violation', what: 'fork' });
  });

  it('that believes a forged proof of lock', () => {
    expect(find('byzantine', 60, { plant: planted(BelievesProofs), adjust: splitLocked })).toMatchObject({ kind: 'violation', what: 'fork' });
  });

  it('that keeps the first vote of a sender only: nobody unlocks any more', () => {
    expect(find('byzantine', 80, { plant: planted(FirstVoteOnly), adjust: contradictProofs })).toMatchObject({ kind: 'stall', what: 'progress' });
  });
});

describe('the simulator finds a driver', PATIENCE, () => {
  it.each(['crash', 'byzantine'] as const)('that forgets the record of votes (%s)', (mode) => {
    expect(find(mode, 20, { plant: { forgetsRecord: true } })).toMatchObject({ kind: 'violation', what: 'two words' });
  });

  it('that lets a peer without memory rejoin as if nothing had happened', () => {
    expect(find('crash', 20, { plant: { rejoinsNaively: true }, adjust: loseDisks })).toMatchObject({ kind: 'violation', what: 'two words' });
    expect(find('byzantine', 300, { plant: { rejoinsNaively: true } })).toMatchObject({ kind: 'violation' });
  });
});

describe('the same schedules find nothing in the core as it is', PATIENCE, () => {
  it.each([
    ['byzantine', 'splitLocked', splitLocked],
    ['byzantine', 'contradictProofs', contradictProofs],
    ['crash', 'loseDisks', loseDisks],
    ['byzantine', 'loseDisks', loseDisks],
  ] as const)('%s: %s', (mode, _, adjust) => {
    for (let seed = 1; seed <= 15; seed += 1) expect(simulate(seed, mode, { adjust }).failure, `seed ${seed}`).toBeUndefined();
  });
});

/** Everything that is looked at, with something to be seen: a check that finds nothing any more is noticed. */
describe('a check that stops finding is noticed', PATIENCE, () => {
  const nowhere = toHash('ab'.repeat(32));
  const always = (...effects: readonly Effect[]) =>
    class extends Consensus {
      override receive(message: Uint8Array): Effect[] {
        return [...super.receive(message), ...effects];
      }
    };
  const noProof = { kind: 'prevote', height: 1, round: 0, culprit: new Uint8Array(15), first: { hash: nowhere, validRound: -1, signature: new Uint8Array(8) }, second: { hash: toHash('cd'.repeat(32)), validRound: -1, signature: new Uint8Array(8) } } as const;

  class Throws extends Consensus {
    override onTimer(): Effect[] {
      throw new Error('planted');
    }
  }
  class Mute extends Consensus {
    override wake(): Effect[] {
      return [];
    }
  }
  class Restless extends Consensus {
    override onTimer(timer: Parameters<Consensus['onTimer']>[0]): Effect[] {
      return [...super.onTimer(timer), { do: 'timer', timer: { ...timer, height: this.status().height }, delayMs: 1_000 }];
    }
  }
  /** Votes for whatever it is shown. */
  class Credulous extends Consensus {
    override checked(height: number, hash: Hash, verdict: Verdict): Effect[] {
      return super.checked(height, hash, verdict === 'bad' ? 'good' : verdict);
    }
  }
  class Late extends Consensus {
    override checked(): Effect[] {
      return [];
    }
  }

  it.each([
    ['exception', Throws, 20],
    ['unchecked', always({ do: 'final', height: 1_000_000, hash: nowhere, block: new Uint8Array(3), certificate: { round: 0, signatures: [] } }), 5],
    ['fault', always({ do: 'fault', height: 1, hash: nowhere }), 5],
    ['evidence', always({ do: 'evidence', evidence: noProof }), 5],
    ['size', always({ do: 'persist', record: new Uint8Array(65_537) }), 5],
    ['progress', Late, 5],
    ['progress', Mute, 5],
    ['idleness', Restless, 20],
  ] as const)('%s', (what, Class, seeds) => {
    const adjust: SimulateOptions['adjust'] = (plan) => ({ ...plan, patienceMs: 30_000, changes: [] });
    expect(find('crash', seeds, { plant: planted(Class), adjust }).what).toBe(what);
  });

  it('a block that is wrong when it is executed', () => {
    const adjust: SimulateOptions['adjust'] = (plan) => {
      const targeted = splitLocked(plan);
      return { ...targeted, tactics: { ...targeted.tactics, isScheduler: false, proposeBadBlocks: 1 } };
    };
    expect(['unchecked', 'fault', 'state', 'fork']).toContain(find('byzantine', 40, { plant: planted(Credulous), adjust }).what);
  });
});
