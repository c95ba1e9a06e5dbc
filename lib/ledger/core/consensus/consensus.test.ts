import { describe, expect, it } from 'vitest';
import { fakeVerify } from '../../testing/fake-validators';
import { messagesOf, SCRIPT_CHAIN, ScriptedValidator } from '../../testing/scripted-validator';
import type { Hash } from '../types';
import { findCertificateFault, type Certificate } from './certificate';
import { DEFAULT_TIMEOUTS } from './effects';
import { NIL } from './messages';
import type { Finality } from './rules';

/** V2 of four, of whom one may lie; it is V0's turn. */
const second = (): ScriptedValidator => new ScriptedValidator({ finality: 'byzantine', count: 4, self: 2 });
/** V0 of four, whose turn it is. */
const proposer = (): ScriptedValidator => new ScriptedValidator({ finality: 'byzantine', count: 4, self: 0 });

interface Final {
  readonly hash: Hash;
  readonly certificate: Certificate;
}

/** Lets all validators of a sub-chain work until nobody has anything to do, on a network that loses nothing; timers never fire. */
function work(validators: readonly ScriptedValidator[], height: number): Final[][] {
  const finals: Final[][] = validators.map(() => []);
  const tasks: (() => void)[] = [];
  const perform = (at: number): void => {
    const validator = validators[at];
    if (validator === undefined) throw new Error(`there is no V${at}`);
    const { effects } = validator;
    for (const effect of effects) {
      if (effect.do === 'send') {
        const { to, message } = effect;
        for (const [other, receiver] of validators.entries()) {
          if (other === at || (to !== 'all' && to !== other)) continue;
          tasks.push(() => {
            receiver.receive(message);
            perform(other);
          });
        }
      } else if (effect.do === 'build') {
        const { round } = effect;
        tasks.push(() => {
          validator.built(round, validator.block(`block ${height} of V${at}`));
          perform(at);
        });
      } else if (effect.do === 'check') {
        const { hash, block } = effect;
        tasks.push(() => {
          validator.checked({ hash, block }, 'good');
          perform(at);
        });
      } else if (effect.do === 'final') {
        const { hash, block, certificate } = effect;
        finals[at]?.push({ hash, certificate });
        validator.advance({ hash, block });
        perform(at);
      }
    }
  };
  for (const [at, validator] of validators.entries()) {
    validator.wake();
    perform(at);
  }
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
  return finals;
}

describe('validators who want a block', () => {
  it.each<[Finality, number]>([['solo', 1], ['crash', 3], ['crash', 4], ['byzantine', 4], ['byzantine', 7], ['byzantine', 16]])('agree on one, in turns, with a certificate that anybody can check, and rest (%s, %i)', (finality, count) => {
    const validators = Array.from({ length: count }, (_, self) => new ScriptedValidator({ finality, count, self }));
    const proposers: (number | undefined)[] = [];
    for (let height = 16; height < 16 + count; height += 1) {
      const finals = work(validators, height);
      const [first] = finals[0] ?? [];
      if (first === undefined) throw new Error('V0 has its block');
      for (const [at, [final, ...more]] of finals.entries()) {
        expect([final?.hash, more], `V${at}`).toEqual([first.hash, []]);
        const fault = final && findCertificateFault({ chain: SCRIPT_CHAIN, height, hash: first.hash }, final.certificate, validators[at]?.rules ?? validators[0]!.rules, fakeVerify);
        expect(fault, `V${at}`).toBeUndefined();
        expect(final?.certificate.round).toBe(0);
      }
      proposers.push(validators.findIndex((validator) => [...(validator.said.get(`proposal ${height} 0`) ?? [])].includes(first.hash)));
      for (const validator of validators) {
        expect(validator.core.status()).toMatchObject({ height: height + 1, round: 0, step: 'idle' });
        // Whatever timer still comes is of a height that is over.
        expect(validator.timeout('repeat')).toEqual([]);
      }
    }
    if (count > 1) expect(proposers.toSorted((a = -1, b = -1) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
  });

  it('need neither disk nor network nor timer when they are one', () => {
    const alone = new ScriptedValidator({ finality: 'solo', count: 1, self: 0 });
    const a = alone.block('A');
    expect(alone.resume()).toEqual([]);
    expect(alone.wake()).toEqual(['build 0']);
    expect(alone.built(0, a)).toEqual(['final A in 0 by 0']);
    expect(alone.wake()).toEqual([]);
    expect(alone.advance(a)).toEqual([]);
    // With nothing to build it is idle again, and the next wake asks anew.
    expect(alone.wake()).toEqual(['build 0']);
    expect(alone.built(0, undefined)).toEqual([]);
    expect(alone.core.status().step).toBe('idle');
    expect(alone.wake()).toEqual(['build 0']);
  });
});

describe('a round', () => {
  it('is a prevote, a precommit and a block that is final', () => {
    const v = second();
    const a = v.block('A');
    expect(v.receive(v.proposal(0, 0, a))).toEqual(['timer propose 0', 'timer repeat 0', 'check A']);
    expect(v.checked(a, 'good')).toEqual(['persist', 'to all: prevote 0 A']);
    expect(v.votes('prevote', [0], 0, a.hash)).toEqual([]);
    expect(v.votes('prevote', [1], 0, a.hash)).toEqual(['persist with a block', 'to all: precommit 0 A']);
    expect(v.votes('precommit', [3], 0, a.hash)).toEqual([]);
    expect(v.votes('precommit', [1], 0, a.hash)).toEqual(['final A in 0 by 1,2,3']);
    expect(v.votes('precommit', [0], 0, a.hash)).toEqual([]);
    expect(v.core.status()).toMatchObject({ height: 16, lastVote: { kind: 'precommit', height: 16, round: 0, hash: a.hash } });
  });

  it('is opened by the proposer with its block: persisted, then sent to all', () => {
    const v = proposer();
    const a = v.block('A');
    expect(v.wake()).toEqual(['build 0', 'timer propose 0', 'timer repeat 0']);
    expect(v.wake()).toEqual([]);
    expect(v.built(0, a)).toEqual(['persist', 'to all: proposal 0 A', 'to all: prevote 0 A']);
    expect(v.built(0, v.block('B'))).toEqual([]);
  });

  it('waits for a proposer that had nothing, which is asked again when it has', () => {
    const v = proposer();
    v.wake();
    expect(v.built(0, undefined)).toEqual([]);
    expect(v.wake()).toEqual(['build 0']);
    expect(v.wake()).toEqual([]);
    expect(v.timeout('propose')).toEqual(['persist', 'to all: prevote 0 nil']);
    expect(v.wake()).toEqual([]);
    // Built too late for its round.
    expect(v.built(0, v.block('A'))).toEqual([]);
  });

  it.each(['bad', 'later'] as const)('gets no vote for a block whose check says %s', (verdict) => {
    const v = second();
    const a = v.block('A');
    v.receive(v.proposal(0, 0, a));
    expect(v.checked(a, verdict)).toEqual(['persist', 'to all: prevote 0 nil']);
  });

  it('gets a vote for nothing when no proposal comes in time, or its check takes too long', () => {
    const v = second();
    v.wake();
    expect(v.timeout('propose', 1)).toEqual([]);
    expect(v.timeout('propose')).toEqual(['persist', 'to all: prevote 0 nil']);
    expect(v.timeout('propose')).toEqual([]);
    const slow = second();
    const a = slow.block('A');
    slow.receive(slow.proposal(0, 0, a));
    expect(slow.timeout('propose')).toEqual(['persist', 'to all: prevote 0 nil']);
    expect(slow.checked(a, 'good')).toEqual([]);
    // A quorum that was faster still binds it.
    expect(slow.votes('prevote', [0, 1, 3], 0, a.hash)).toEqual(['timer prevote 0', 'persist with a block', 'to all: precommit 0 A']);
  });

  it('ends in nothing when votes are split, a little after a quorum spoke', () => {
    const v = second();
    const a = v.block('A');
    v.receive(v.proposal(0, 0, a));
    v.checked(a, 'good');
    expect(v.votes('prevote', [0], 0, NIL)).toEqual([]);
    expect(v.votes('prevote', [1], 0, NIL)).toEqual(['timer prevote 0']);
    expect(v.timeout('prevote')).toEqual(['persist', 'to all: precommit 0 nil']);
    expect(v.votes('precommit', [0], 0, NIL)).toEqual([]);
    expect(v.votes('precommit', [1], 0, a.hash)).toEqual(['timer precommit 0']);
    expect(v.timeout('precommit')).toEqual(['timer propose 1']);
    expect(v.core.status()).toMatchObject({ round: 1, step: 'propose', proposer: 1 });
  });

  it('is over at once when a quorum voted for nothing; the next is the next validator’s', () => {
    const v = new ScriptedValidator({ finality: 'byzantine', count: 4, self: 1 });
    v.wake();
    v.timeout('propose');
    expect(v.votes('prevote', [2, 3], 0, NIL)).toEqual(['persist', 'to all: precommit 0 nil']);
    expect(v.votes('precommit', [2, 3], 0, NIL)).toEqual(['timer precommit 0']);
    expect(v.timeout('precommit')).toEqual(['build 1', 'timer propose 1']);
    const a = v.block('A');
    expect(v.built(0, v.block('B'))).toEqual([]);
    expect(v.built(1, a)).toEqual(['persist', 'to all: proposal 1 A', 'to all: prevote 1 A']);
  });

  it('waits longer than the one before, up to a limit', () => {
    const v = second();
    const delays: number[] = [];
    v.wake();
    for (let round = 0; round < 80; round += 1) {
      delays.push(...v.effects.flatMap((effect) => (effect.do === 'timer' && effect.timer.kind === 'propose' ? [effect.delayMs] : [])));
      v.timeout('propose', round);
      v.votes('prevote', [0, 1, 3], round, NIL);
      v.votes('precommit', [0, 1, 3], round, NIL);
      v.timeout('precommit', round);
    }
    expect(delays.slice(0, 3)).toEqual([600, 800, 1_000]);
    expect(delays).toHaveLength(80);
    expect(Math.max(...delays)).toBe(DEFAULT_TIMEOUTS.waitMsMax);
  });

  it('takes a late proposal: what others voted before it came counts', () => {
    const v = second();
    const a = v.block('A');
    v.wake();
    v.timeout('propose');
    v.votes('prevote', [0, 1, 3], 0, a.hash);
    expect(v.votes('precommit', [0, 1, 3], 0, a.hash)).toEqual(['timer precommit 0']);
    v.timeout('precommit');
    expect(v.core.status().round).toBe(1);
    // A quorum stands behind it: its check looks at its execution alone.
    expect(v.receive(v.proposal(0, 0, a))).toEqual(['check A for certain']);
    expect(v.checked(a, 'good')).toEqual(['final A in 0 by 0,1,3']);
  });

  it('stops a validator that finds wrong what a quorum made final', () => {
    const v = second();
    const a = v.block('A');
    v.receive(v.proposal(0, 0, a));
    v.checked(a, 'bad');
    // A quorum of prevotes alone does not make it look again, nor bind it.
    expect(v.votes('prevote', [0, 1, 3], 0, a.hash)).toEqual(['timer prevote 0']);
    expect(v.timeout('prevote')).toEqual(['persist', 'to all: precommit 0 nil']);
    expect(v.votes('precommit', [0, 1, 3], 0, a.hash)).toEqual(['timer precommit 0', 'fault A']);
    expect([...v.timeout('precommit'), ...v.timeout('repeat'), ...v.wake()]).toEqual([]);
  });

  it('makes final what a validator did not want then: a quorum overrules clock and operator', () => {
    const v = second();
    const a = v.block('A');
    v.receive(v.proposal(0, 0, a));
    v.checked(a, 'later');
    expect(v.votes('prevote', [0, 1, 3], 0, a.hash)).toContain('check A for certain');
    expect(v.checked(a, 'good')).toEqual(['persist with a block', 'to all: precommit 0 A']);
    expect(v.votes('precommit', [1, 3], 0, a.hash)).toEqual(['final A in 0 by 1,2,3']);
  });
});

describe('an idle validator', () => {
  it('is not woken by one that may lie alone, but by as many as cannot', () => {
    const v = second();
    expect(v.votes('prevote', [0], 0, NIL)).toEqual([]);
    expect(v.votes('precommit', [0], 0, NIL)).toEqual([]);
    expect(v.core.status().step).toBe('idle');
    expect(v.votes('prevote', [1], 0, NIL)).toEqual(['timer propose 0', 'timer repeat 0']);
    const crash = new ScriptedValidator({ finality: 'crash', count: 3, self: 2 });
    expect(crash.votes('prevote', [0], 0, NIL)).toEqual(['timer propose 0', 'timer repeat 0']);
  });

  it('joins the others in whatever round they are, and says that it left the ones before', () => {
    for (const round of [1, 8, 9, 20, 1_000]) {
      const v = second();
      expect(v.votes('prevote', [0], round, NIL), `round ${round}`).toEqual([]);
      const effects = v.votes('prevote', [3], round, NIL);
      expect(effects.slice(0, 3), `round ${round}`).toEqual(['persist', `to all: prevote ${round - 1} nil`, `to all: precommit ${round - 1} nil`]);
      expect(v.core.status(), `round ${round}`).toMatchObject({ round, step: 'propose' });
    }
  });
});

describe('a validator in an earlier round', () => {
  it('follows as many as cannot all lie, not one alone', () => {
    const v = second();
    v.wake();
    expect(v.votes('prevote', [0], 7, NIL)).toEqual([]);
    expect(v.votes('precommit', [0], 1_000_000, NIL)).toEqual([]);
    expect(v.core.status().round).toBe(0);
    expect(v.votes('prevote', [1], 5, NIL)).toEqual(['persist', 'to all: prevote 4 nil', 'to all: precommit 4 nil', 'timer propose 5']);
    expect(v.core.status().round).toBe(5);
    expect(v.votes('prevote', [3], 7, NIL)).toEqual(['persist', 'to all: prevote 6 nil', 'to all: precommit 6 nil', 'timer propose 7']);
  });

  it('does not take its own word, of a time that it forgot, for that of another', () => {
    const v = second();
    v.wake();
    expect(v.votes('prevote', [2], 7, NIL)).toEqual([]);
    expect(v.votes('prevote', [0], 7, NIL)).toEqual([]);
    expect(v.core.status().round).toBe(0);
    expect(v.votes('prevote', [1], 7, NIL)).toContain('timer propose 7');
  });

  it('counts the votes of that round which it has already', () => {
    const v = second();
    const a = v.block('A');
    v.wake();
    v.receive(v.proposal(3, 3, a), v.vote('prevote', 3, 3, a.hash));
    expect(v.votes('prevote', [0], 3, a.hash)).toContain('check A');
    // Its own vote makes the quorum.
    expect(v.checked(a, 'good')).toEqual(['persist with a block', 'to all: prevote 3 A', 'to all: precommit 3 A']);
  });
});

describe('a lock', () => {
  /** V2, bound to A by a quorum of round 0, in round 1. */
  function bound() {
    const v = second();
    const [a, b] = [v.block('A'), v.block('B')];
    v.receive(v.proposal(0, 0, a));
    v.checked(a, 'good');
    expect(v.votes('prevote', [0, 1], 0, a.hash)).toContain('to all: precommit 0 A');
    nextRound(v, 0);
    return { v, a, b };
  }

  /** The others precommit to nothing. */
  function nextRound(v: ScriptedValidator, round: number): string[] {
    v.votes('precommit', [0, 1, 3], round, NIL);
    return v.timeout('precommit', round);
  }

  it('lets a validator vote for no other block without a newer proof', () => {
    const { v, b } = bound();
    v.receive(v.proposal(1, 1, b));
    expect(v.checked(b, 'good')).toEqual(['persist', 'to all: prevote 1 nil']);
    expect(v.votes('prevote', [0], 1, NIL)).toEqual([]);
    expect(v.votes('prevote', [3], 1, NIL)).toEqual(['persist', 'to all: precommit 1 nil']);
  });

  it('is not opened by a proof that is told of and does not exist, nor by one of a round that is not over', () => {
    const { v, b } = bound();
    expect(v.receive(v.proposal(1, 1, b, { validRound: 0 }))).toEqual([]);
    expect(v.votes('prevote', [0, 3], 0, b.hash)).toEqual(['evidence of V0: prevote 0']);
    expect(v.timeout('propose', 1)).toEqual(['persist', 'to all: prevote 1 nil']);
    const other = bound();
    for (const validRound of [1, 2, 7]) {
      const { v: again } = bound();
      expect(again.receive(again.proposal(1, 1, other.b, { validRound }))).toEqual([]);
      expect(again.timeout('propose', 1)).toEqual(['persist', 'to all: prevote 1 nil']);
    }
  });

  it('is not opened by a proof of the very round that it is proposed in', () => {
    const { v, b } = bound();
    v.receive(v.proposal(1, 1, b, { validRound: 1 }));
    expect(v.votes('prevote', [0, 1, 3], 1, b.hash)).toEqual([]);
    // As a quorum of this round it binds whoever voted in it, after a vote for nothing too.
    expect(v.timeout('propose', 1)).toEqual(['persist', 'to all: prevote 1 nil', 'check B for certain', 'timer prevote 1']);
    expect(v.checked(b, 'good')).toEqual(['persist with a block', 'to all: precommit 1 B']);
  });

  it('is proposed again by its holder in its turn, with the round that proves it', () => {
    const { v } = bound();
    v.timeout('propose', 1);
    v.votes('prevote', [0, 1, 3], 1, NIL);
    expect(nextRound(v, 1)).toEqual(['persist', 'to all: proposal 2 A of 0', 'to all: prevote 2 A', 'timer propose 2']);
  });

  it('binds to the block, not to who proposes it', () => {
    const { v, a } = bound();
    // The block was found good already, and the proof is here.
    expect(v.receive(v.proposal(1, 1, a, { validRound: 0 }))).toEqual(['persist', 'to all: prevote 1 A']);
  });

  it('moves to another block when a quorum prevotes for that in a later round', () => {
    const { v, b } = bound();
    v.receive(v.proposal(1, 1, b));
    v.checked(b, 'good');
    expect(v.votes('prevote', [0, 1], 1, b.hash)).toEqual(['timer prevote 1']);
    expect(v.votes('prevote', [3], 1, b.hash)).toEqual(['persist with a block', 'to all: precommit 1 B']);
    // It votes for B from now on, and no more for A.
    nextRound(v, 1);
    expect(v.core.status().round).toBe(2);
    const again = v.votes('precommit', [0, 1], 1, b.hash);
    expect(again.at(-1)).toBe('final B in 1 by 0,1,2');
  });

  it('opens for a later proof that comes with a proposal of an even later round', () => {
    const { v, a, b } = bound();
    v.timeout('propose', 1);
    nextRound(v, 1);
    nextRound(v, 2);
    nextRound(v, 3);
    expect(v.core.status()).toMatchObject({ round: 4, proposer: 0 });
    expect(v.receive(v.proposal(0, 4, b, { validRound: 1 }))).toEqual([]);
    expect(v.votes('prevote', [0, 1], 1, b.hash)).toEqual([]);
    expect(v.votes('prevote', [3], 1, b.hash)).toEqual(['check B for certain']);
    expect(v.checked(b, 'good')).toEqual(['persist', 'to all: prevote 4 B']);
    // Not so for a proof of the round in which it was bound, or an earlier one: it stays with A.
    const stays = bound();
    nextRound(stays.v, 1);
    stays.v.receive(stays.v.proposal(2, 2, a));
    expect(stays.v.receive(stays.v.proposal(3, 3, stays.b, { validRound: 0 }))).toEqual([]);
  });

  it('is remembered as the newest block with a quorum also by who saw the quorum too late to be bound', () => {
    const v = new ScriptedValidator({ finality: 'byzantine', count: 4, self: 1 });
    const a = v.block('A');
    v.receive(v.proposal(0, 0, a));
    v.checked(a, 'good');
    v.votes('prevote', [2, 3], 0, NIL);
    expect(v.timeout('prevote')).toEqual(['persist', 'to all: precommit 0 nil']);
    expect(v.votes('prevote', [0, 3], 0, a.hash)).toEqual(['evidence of V3: prevote 0']);
    v.votes('precommit', [2, 3], 0, NIL);
    expect(v.timeout('precommit')).toEqual(['persist with a block', 'to all: proposal 1 A of 0', 'to all: prevote 1 A', 'timer propose 1']);
  });
});

describe('the next height', () => {
  it('begins at once with what came early', () => {
    const v = second();
    const a = v.block('A');
    const b = v.block('B');
    v.receive(v.proposal(0, 0, a));
    v.checked(a, 'good');
    v.votes('prevote', [0, 1], 0, a.hash);
    // The others were faster: block 17 is V1's, on top of A.
    const ahead = new ScriptedValidator({ finality: 'byzantine', count: 4, self: 1, start: { head: { height: 16, hash: a.hash } } });
    const next = ahead.block('next');
    expect(v.receive(ahead.proposal(1, 0, next), ahead.vote('prevote', 1, 0, next.hash), ahead.vote('prevote', 3, 0, next.hash))).toEqual([]);
    v.votes('precommit', [0, 1], 0, a.hash);
    expect(v.advance(a)).toEqual(['timer propose 0', 'timer repeat 0', `check ${next.hash.slice(0, 8)}`]);
    expect(v.checked(next, 'good')).toEqual(['persist with a block', `to all: prevote 0 ${next.hash.slice(0, 8)}`, `to all: precommit 0 ${next.hash.slice(0, 8)}`]);
    // Nothing of the height before is of use any more.
    expect(v.receive(v.proposal(0, 0, b, { height: 16 }))).toEqual(['to sender: head 16']);
  });

  it('that others work on makes an idle validator fetch the block it lacks; a later one any validator', () => {
    const v = second();
    expect(v.receive(v.vote('prevote', 0, 0, NIL, 17))).toEqual(['behind 16']);
    v.wake();
    // It works on that block itself: most likely the last votes are on their way.
    expect(v.receive(v.vote('prevote', 1, 0, NIL, 17))).toEqual([]);
    expect(v.receive(v.vote('prevote', 1, 0, NIL, 18))).toEqual(['behind 17']);
    expect(v.receive(v.vote('precommit', 3, 5, NIL, 1_000))).toEqual(['behind 999']);
  });

  it('is told to who is still at an earlier one, and looked for when somebody tells of it', () => {
    const v = second();
    const b = v.block('B');
    const head = new ScriptedValidator({ finality: 'byzantine', count: 4, self: 0, start: { head: { height: 30, hash: NIL } } });
    head.receive(v.vote('prevote', 3, 0, NIL));
    const [hint] = messagesOf(head);
    expect(hint).toMatchObject({ to: 'sender', message: { kind: 'head', height: 30 } });
    const bytes = head.effects.flatMap((effect) => (effect.do === 'send' ? [effect.message] : []));
    expect(v.receive(...bytes)).toEqual(['behind 30']);
    v.advance(b, v.rules, 15);
    expect(v.receive(...bytes)).toEqual([]);
    expect(v.core.status()).toMatchObject({ height: 31, step: 'idle' });
  });

  it('knows the validators of its rules: who is none any more says nothing, and hears of blocks alone', () => {
    const v = second();
    const a = v.block('A');
    const others = { ...v.rules, finality: 'crash' as const, validators: v.rules.validators.filter((_, at) => at !== 2) };
    expect(v.advance(a, others)).toEqual([]);
    expect(v.wake()).toEqual([]);
    expect(v.receive(v.vote('prevote', 0, 0, NIL))).toEqual([]);
    expect(Object.fromEntries(v.core.refused)).toEqual({ 'no validator here': 1 });
    expect(v.receive(Uint8Array.from([1, 4, 0, 0, 0, 0, 0, 99]))).toEqual(['behind 99']);
  });

  it('never lies below', () => {
    const v = second();
    const a = v.block('A');
    v.advance(a);
    expect(() => v.advance(a, v.rules, -1)).toThrow(/does not go back from 16 to 15/);
  });
});

describe('repeating', () => {
  it('sends whole blocks to those alone who were not heard voting for them, votes to all, and what waits', () => {
    const v = proposer();
    const a = v.block('A');
    v.wake();
    v.built(0, a);
    expect(v.timeout('repeat')).toEqual(['timer repeat 0', 'to 1: proposal 0 A', 'to 2: proposal 0 A', 'to 3: proposal 0 A', 'to all: prevote 0 A', 'remind']);
    v.votes('prevote', [1], 0, a.hash);
    v.votes('prevote', [2], 0, NIL);
    v.votes('precommit', [3], 0, a.hash);
    expect(v.timeout('repeat')).toEqual(['timer repeat 0', 'to 2: proposal 0 A', 'to all: prevote 0 A', 'remind']);
  });

  it('passes the proposal of somebody else on, never back to who made it', () => {
    const v = second();
    const a = v.block('A');
    v.receive(v.proposal(0, 0, a));
    expect(v.timeout('repeat')).toEqual(['timer repeat 0', 'to 1: proposal 0 A by V0', 'to 3: proposal 0 A by V0', 'remind']);
  });

  it('brings the proof of a lock with it, the own vote included, however old it is', () => {
    const v = second();
    const a = v.block('A');
    v.receive(v.proposal(0, 0, a));
    v.checked(a, 'good');
    v.votes('prevote', [0, 1], 0, a.hash);
    for (let round = 0; round < 6; round += 1) {
      v.votes('precommit', [0, 1, 3], round, NIL);
      v.timeout('precommit', round);
      v.timeout('propose', round + 1);
    }
    const again = v.timeout('repeat');
    for (const line of ['to all: prevote 0 A by V0', 'to all: prevote 0 A by V1', 'to all: prevote 0 A']) expect(again).toContain(line);
    expect(again.filter((line) => line.startsWith('to 3: proposal')).length).toBeGreaterThan(0);
    // Of other old rounds nothing is said any more.
    expect(again.some((line) => /prevote [123] /.test(line))).toBe(false);
  });

  it('says the votes of the last two rounds again, for who is a little behind', () => {
    const v = second();
    v.wake();
    for (let round = 0; round < 5; round += 1) {
      v.timeout('propose', round);
      v.votes('prevote', [0, 1], round, NIL);
      v.votes('precommit', [0, 1], round, NIL);
      v.timeout('precommit', round);
    }
    expect(v.core.status().round).toBe(5);
    expect(v.timeout('repeat')).toEqual(['timer repeat 0', 'to all: prevote 3 nil', 'to all: precommit 3 nil', 'to all: prevote 4 nil', 'to all: precommit 4 nil', 'remind']);
  });

  it('slows down while nothing comes of it, and ends with the height', () => {
    const v = second();
    const a = v.block('A');
    v.wake();
    const delays = Array.from({ length: 20 }, () => {
      v.timeout('repeat');
      const armed = v.effects.flatMap((effect) => (effect.do === 'timer' ? [effect.delayMs] : []));
      // Reminded, it still wants a block.
      v.wake();
      return armed;
    });
    expect(delays.slice(0, 3)).toEqual([[375], [563], [844]]);
    expect(delays.at(-1)).toEqual([DEFAULT_TIMEOUTS.repeatMsMax]);
    v.advance(a);
    expect(v.timeout('repeat')).toEqual([]);
  });

  it('ends when what the height was opened for is gone and nobody joined, and begins again when something is wanted or others come', () => {
    const v = second();
    v.wake();
    v.timeout('propose', 0);
    expect(v.timeout('repeat')).toEqual(['timer repeat 0', 'to all: prevote 0 nil', 'remind']);
    expect(v.timeout('repeat')).toEqual([]);
    expect(v.wake()).toEqual(['timer repeat 0']);
    expect(v.timeout('repeat')).toContain('remind');
    expect(v.timeout('repeat')).toEqual([]);
    // One that lies alone cannot keep it awake, two can.
    expect(v.receive(v.vote('prevote', 1, 0, NIL))).toEqual([]);
    expect(v.receive(v.vote('prevote', 3, 0, NIL))).toContain('timer repeat 0');
    for (let again = 0; again < 3; again += 1) expect(v.timeout('repeat')).toContain('remind');
  });
});
