import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random';
import { ScriptedValidator, SCRIPT_HEAD } from '../../testing/scripted-validator';
import { CodecError } from '../codec';
import { NIL } from './messages';

const validator = (self: number): ScriptedValidator => new ScriptedValidator({ finality: 'byzantine', count: 4, self });

describe('a validator that was restarted', () => {
  it('says again what it said, and nothing else for the same place', () => {
    const before = validator(2);
    const [a, b] = [before.block('A'), before.block('B')];
    before.receive(before.proposal(0, 0, a));
    before.checked(a, 'good');
    const v = before.restarted();
    expect(v.core.status()).toMatchObject({ height: 16, round: 0, step: 'prevote', lastVote: { kind: 'prevote', hash: a.hash } });
    expect(v.resume()).toEqual(['timer repeat 0', 'to all: prevote 0 A', 'remind']);
    // Its block went with the crash; another one of that round, or its proposer again, changes nothing.
    expect(v.receive(v.proposal(0, 0, b))).toEqual([]);
    expect(v.checked(b, 'good')).toEqual([]);
    expect(v.timeout('propose')).toEqual([]);
    expect(v.votes('prevote', [0, 1], 0, a.hash)).toEqual(['timer prevote 0']);
    expect(v.receive(v.proposal(0, 0, a))).toEqual(['evidence of V0: proposal 0', 'check A for certain']);
    expect(v.checked(a, 'good')).toEqual(['persist with a block', 'to all: precommit 0 A']);
    for (const [place, hashes] of v.said) expect(hashes.size, place).toBe(1);
  });

  it('makes no second proposal in its turn', () => {
    const before = validator(0);
    const [a, b] = [before.block('A'), before.block('B')];
    before.wake();
    before.built(0, a);
    const v = before.restarted();
    expect(v.resume()).toEqual(['timer repeat 0', 'to all: prevote 0 A', 'remind']);
    expect(v.wake()).toEqual([]);
    expect(v.built(0, b)).toEqual([]);
    // Before it had said anything nothing binds it: it is asked for a block again.
    const fresh = validator(0);
    fresh.wake();
    const again = fresh.restarted();
    again.block('B');
    expect(again.resume()).toEqual([]);
    expect(again.wake()).toEqual(['build 0', 'timer propose 0', 'timer repeat 0']);
    expect(again.built(0, b)).toEqual(['persist', 'to all: proposal 0 B', 'to all: prevote 0 B']);
  });

  it('goes on with its turn when it had said nothing in it yet', () => {
    const before = validator(1);
    before.wake();
    before.votes('prevote', [0, 2], 5, NIL);
    const v = before.restarted();
    const a = v.block('A');
    expect(v.resume()).toEqual(['build 5', 'timer propose 5', 'timer repeat 0', 'to all: prevote 4 nil', 'to all: precommit 4 nil', 'remind']);
    expect(v.built(5, a)).toEqual(['persist', 'to all: proposal 5 A', 'to all: prevote 5 A']);
    // Not its turn: it waits for the proposal as it did before.
    const other = validator(2);
    other.wake();
    other.votes('prevote', [0, 3], 5, NIL);
    expect(other.restarted().resume().slice(0, 2)).toEqual(['timer propose 5', 'timer repeat 0']);
  });

  /** V2, bound to A in round 0. */
  function bound() {
    const v = validator(2);
    const [a, b] = [v.block('A'), v.block('B')];
    v.receive(v.proposal(0, 0, a));
    v.checked(a, 'good');
    v.votes('prevote', [0, 1], 0, a.hash);
    return { before: v, a, b };
  }

  it('is still bound, can prove it, and has the block that it is bound to', () => {
    const { before, a, b } = bound();
    const v = before.restarted();
    const again = v.resume();
    for (const line of ['to all: prevote 0 A by V0', 'to all: prevote 0 A by V1', 'to all: prevote 0 A', 'to all: precommit 0 A']) expect(again).toContain(line);
    v.votes('precommit', [0, 1, 3], 0, NIL);
    v.timeout('precommit');
    v.receive(v.proposal(1, 1, b));
    expect(v.checked(b, 'good')).toEqual(['persist', 'to all: prevote 1 nil']);
    v.votes('prevote', [0, 3], 1, NIL);
    v.votes('precommit', [0, 1, 3], 1, NIL);
    // It executes it anew before it votes for it: what it found is gone.
    expect(v.timeout('precommit', 1)).toEqual(['persist', 'to all: proposal 2 A of 0', 'timer propose 2', 'check A for certain']);
    expect(v.checked(a, 'good')).toEqual(['persist', 'to all: prevote 2 A']);
    for (const [place, hashes] of v.said) expect(hashes.size, place).toBe(1);
  });

  it('makes final what became final without it, from the votes that still come', () => {
    const { before, a } = bound();
    const v = before.restarted();
    v.resume();
    expect(v.votes('precommit', [0, 1], 0, a.hash)).toEqual(['check A for certain', 'timer precommit 0']);
    expect(v.checked(a, 'good')).toEqual(['final A in 0 by 0,1,2']);
  });

  it('keeps its word also when the block is lost, or another lies in its place', () => {
    for (const lost of [undefined, new Uint8Array(0), Buffer.from('nonsense'), bound().b.block]) {
      const { before, a, b } = bound();
      const { record } = before.kept;
      const v = before.restarted({}, { ...(record === undefined ? {} : { record }), ...(lost === undefined ? {} : { block: lost }) });
      v.resume();
      v.receive(v.proposal(1, 1, b));
      v.votes('precommit', [0, 1, 3], 0, NIL);
      v.timeout('precommit');
      expect(v.checked(b, 'good')).toEqual(['persist', 'to all: prevote 1 nil']);
      v.votes('precommit', [0, 1, 3], 1, NIL);
      // Its turn passes without a proposal; somebody who has the block brings it.
      expect(v.timeout('precommit', 1).filter((line) => /proposal|build/.test(line))).toEqual([]);
      expect(v.timeout('propose', 2)).toEqual(['persist', 'to all: prevote 2 nil']);
      v.votes('precommit', [0, 1, 3], 2, NIL);
      v.timeout('precommit', 2);
      expect(v.receive(v.proposal(3, 3, a, { validRound: 0 }))).toEqual(['check A for certain']);
      expect(v.checked(a, 'good')).toContain('to all: prevote 3 A');
    }
  });

  it('does not take the record of another height for one of this, and a broken one not at all', () => {
    const { before } = bound();
    const next = before.restarted({ head: { height: 16, hash: NIL } });
    expect(next.resume()).toEqual([]);
    expect(next.core.status()).toMatchObject({ height: 17, step: 'idle' });
    expect(next.core.status()).not.toHaveProperty('lastVote');
    expect(() => before.restarted({ record: Buffer.from('nonsense') })).toThrow(CodecError);
  });

  /** Four hundred random steps of one validator between others that say anything, with restarts; what it said twice. */
  function findContradiction(seed: number, forget: boolean): string | undefined {
    const random = createRandom(seed);
    const self = random.below(4);
    // Nobody else has its key.
    const others = [0, 1, 2, 3].filter((at) => at !== self);
    let v = validator(self);
    const blocks = ['A', 'B'].map((name) => v.block(name));
    for (let step = 0; step < 400; step += 1) {
      const { round } = v.core.status();
      const block = random.pick(blocks);
      const at = Math.max(0, round + random.below(3) - 1);
      const what = random.below(9);
      if (what === 0) {
        v = forget ? v.restarted({}, {}) : v.restarted();
        v.resume();
      } else if (what === 1) v.wake();
      else if (what === 2) v.built(round, block);
      else if (what === 3) v.checked(block, random.chance(0.8) ? 'good' : 'later');
      else if (what === 4) v.timeout(random.pick(['propose', 'prevote', 'precommit', 'repeat'] as const), round);
      else if (what === 5) v.receive(v.proposal(at % 4 === self ? random.pick(others) : at % 4, at, block, { validRound: random.below(round + 2) - 1 }));
      else v.votes(random.chance(0.6) ? 'prevote' : 'precommit', [random.pick(others)], at, random.chance(0.3) ? NIL : block.hash);
      for (const [place, hashes] of v.said) if (hashes.size > 1) return place;
    }
    return undefined;
  }

  it('never signs two things for one place, whenever it is restarted, whatever the others say (seeds 1 to 60)', () => {
    for (let seed = 1; seed <= 60; seed += 1) expect(findContradiction(seed, false), `seed ${seed}`).toBeUndefined();
  });

  it('would, did it forget its record, and this test would see it', () => {
    const found = Array.from({ length: 20 }, (_, at) => findContradiction(at + 1, true)).filter((place) => place !== undefined);
    expect(found.length).toBeGreaterThan(10);
  });
});

describe('a validator that signs nothing up to a height', () => {
  const silent = (self: number): ScriptedValidator => new ScriptedValidator({ finality: 'byzantine', count: 4, self, start: { abstain: 17 } });

  it('follows the others without a word, and takes what they made final', () => {
    const v = silent(2);
    const a = v.block('A');
    expect(v.core.status()).toMatchObject({ abstainsThrough: 17 });
    v.receive(v.proposal(0, 0, a));
    expect(v.checked(a, 'good')).toEqual([]);
    expect(v.votes('prevote', [0, 1, 3], 0, a.hash)).toEqual([]);
    expect(v.votes('precommit', [0, 1, 3], 0, a.hash)).toEqual(['final A in 0 by 0,1,3']);
    expect(v.said.size).toBe(0);
  });

  it('proposes nothing in its turn, votes for nothing either, and goes through the rounds with the others', () => {
    const v = silent(0);
    expect(v.wake()).toEqual(['timer propose 0', 'timer repeat 0']);
    expect(v.built(0, v.block('A'))).toEqual([]);
    expect(v.timeout('propose')).toEqual([]);
    v.votes('prevote', [1, 2, 3], 0, NIL);
    expect(v.votes('precommit', [1, 2, 3], 0, NIL)).toEqual(['timer precommit 0']);
    expect(v.timeout('precommit')).toEqual(['timer propose 1']);
    expect(v.timeout('repeat').filter((line) => line.startsWith('to '))).toEqual([]);
    expect(v.said.size).toBe(0);
  });

  it('speaks again above it', () => {
    const v = silent(2);
    const [a, b] = [v.block('A'), v.block('B')];
    v.advance(a);
    expect(v.core.status()).toMatchObject({ height: 17, abstainsThrough: 17 });
    v.advance(b);
    expect(v.core.status()).toMatchObject({ height: 18 });
    expect(v.core.status()).not.toHaveProperty('abstainsThrough');
    expect(v.wake()).toEqual(['build 0', 'timer propose 0', 'timer repeat 0']);
    const c = v.block('C');
    expect(v.built(0, c)).toEqual(['persist', 'to all: proposal 0 C', 'to all: prevote 0 C']);
  });
});

describe('a validator that lost its memory', () => {
  const nonce = Buffer.alloc(16, 7);
  const lost = (count = 4): ScriptedValidator => new ScriptedValidator({ finality: 'byzantine', count, self: 2, start: { abstain: 'unknown', nonce } });

  it('asks the others until enough of them answered, waits for the block after, and is silent up to two above the highest', () => {
    const v = lost();
    const [a, b, c] = [v.block('A'), v.block('B'), v.block('C')];
    expect(v.core.status()).toMatchObject({ abstainsThrough: 'unknown' });
    expect(v.resume()).toEqual(['timer repeat 0', 'to all: question']);
    expect(v.receive(v.answer(0, nonce, 15))).toEqual([]);
    expect(v.receive(v.answer(0, nonce, 15), v.answer(1, nonce, 15))).toEqual([]);
    expect(v.timeout('repeat')).toEqual(['timer repeat 0', 'to all: question']);
    expect(v.receive(v.answer(3, nonce, 16))).toEqual(['behind 16']);
    // It has its answers: it asks no more, and holds no timer on an idle sub-chain.
    expect(v.timeout('repeat')).toEqual([]);
    expect(v.core.status()).toMatchObject({ abstainsThrough: 'unknown' });
    // One answer is still ahead, and may be a lie: it asks once more, and goes on waiting.
    expect(v.advance(a)).toEqual(['to all: question']);
    expect(v.advance(b)).toEqual(['abstain 18']);
    expect(v.core.status()).toMatchObject({ height: 18, abstainsThrough: 18 });
    expect(v.receive(v.answer(3, nonce, 15))).toEqual([]);
    expect(Object.fromEntries(v.core.refused)).toEqual({ 'nobody asked': 1 });
    v.advance(c);
    expect(v.core.status()).not.toHaveProperty('abstainsThrough');
    expect(v.said.size).toBe(0);
  });

  it('says nothing while it asks, in the height that others work on either', () => {
    const v = lost();
    const a = v.block('A');
    v.resume();
    v.receive(v.proposal(0, 0, a));
    expect(v.checked(a, 'good')).toEqual([]);
    v.votes('prevote', [0, 1, 3], 0, a.hash);
    // What others said it may pass on.
    expect(v.timeout('repeat').filter((line) => line.startsWith('to all') && !line.includes(' by V'))).toEqual(['to all: question']);
    expect(v.votes('precommit', [0, 1, 3], 0, a.hash)).toEqual(['final A in 0 by 0,1,3']);
    expect(v.said.size).toBe(0);
  });

  it('counts an answer once it has the blocks beyond it: a height that does not exist puts it to sleep for no time', () => {
    const v = lost(7);
    const block = v.block('A');
    v.resume();
    expect(v.receive(v.answer(0, nonce, 2 ** 40))).toEqual([`behind ${2 ** 40}`]);
    for (const other of [1, 3, 4]) expect(v.receive(v.answer(other, nonce, 20))).toEqual(['behind 20']);
    expect(v.receive(v.answer(5, nonce, 15))).toEqual([]);
    expect(v.receive(v.answer(6, nonce, 19))).toEqual(['behind 19']);
    expect(v.advance(block, v.rules, 5)).not.toContain('abstain 22');
    // Five others of seven told the truth, and the blocks beyond are here now.
    expect(v.advance(block)).toEqual(['abstain 22']);
    expect(v.core.status()).toMatchObject({ height: 22, abstainsThrough: 22 });
  });

  it('asks again with further blocks when a lie was among the answers and the truth of another got lost', () => {
    const v = lost(7);
    const block = v.block('A');
    v.resume();
    v.receive(v.answer(0, nonce, 2 ** 40));
    for (const other of [1, 3, 4, 5]) v.receive(v.answer(other, nonce, 20));
    // While it catches up nothing shows which of them lied.
    expect(v.advance(block, v.rules, 3)).toEqual([]);
    expect(v.advance(block, v.rules, 2)).toEqual([]);
    expect(v.advance(block)).toEqual(['to all: question']);
    expect(v.advance(block)).toEqual(['to all: question']);
    expect(v.receive(v.answer(6, nonce, 22))).toEqual([]);
    expect(v.advance(block)).toEqual(['abstain 24']);
  });

  it('goes by the highest answer, not by a lie that is too low', () => {
    const v = lost();
    v.resume();
    // One that is further back than this peer was behind it before: it tells nothing, and counts for nothing.
    v.receive(v.answer(0, nonce, 15), v.answer(1, nonce, 18), v.answer(3, nonce, 14));
    expect(v.advance(v.block('A'), v.rules, 5)).toEqual(['timer repeat 0', 'to all: question']);
    expect(v.receive(v.answer(3, nonce, 15))).toEqual(['abstain 20']);
  });

  it('takes no answer to another question, of a wrong signature, or of nobody', () => {
    const v = lost();
    v.resume();
    const answer = v.answer(0, nonce, 15);
    const forged = Uint8Array.from(answer).with(-1 + answer.length, 0x55);
    expect(v.receive(v.answer(0, Buffer.alloc(16, 8), 15), forged, Uint8Array.from(answer).with(2, 1), v.answer(9, nonce, 15))).toEqual([]);
    expect(Object.fromEntries(v.core.refused)).toEqual({ 'nobody asked': 1, signature: 2, 'unknown validator': 1 });
    // One good answer is here, not three.
    v.receive(answer, answer);
    expect(v.advance(v.block('A'))).toEqual(['timer repeat 0', 'to all: question']);
  });

  it('asks anew when the validators change, for places mean others then', () => {
    const v = lost();
    const a = v.block('A');
    v.resume();
    v.receive(v.answer(0, nonce, 15), v.answer(1, nonce, 15));
    const turned = { ...v.rules, validators: v.rules.validators.toReversed() };
    expect(v.advance(a, turned)).toEqual(['timer repeat 0', 'to all: question']);
    // Two more would have been enough before.
    const again = lost();
    again.resume();
    for (const other of [0, 1, 3]) again.receive(again.answer(other, nonce, 15));
    expect(again.advance(a, turned)).toEqual(['timer repeat 0', 'to all: question']);
    expect(again.core.status()).toMatchObject({ abstainsThrough: 'unknown' });
    expect(v.core.status()).toMatchObject({ abstainsThrough: 'unknown' });
  });

  it('is answered by every validator with its last block, whatever that works on, and by nobody who is none or forgot, too', () => {
    const v = validator(1);
    v.wake();
    expect(v.receive(v.question(2, nonce))).toEqual(['to 2: answer 15']);
    const [sent] = v.effects;
    if (sent?.do !== 'send') throw new Error('it answers');
    const asker = lost();
    asker.resume();
    expect(asker.receive(sent.message)).toEqual([]);
    expect(asker.core.refused.size).toBe(0);
    const none = new ScriptedValidator({ finality: 'byzantine', count: 4, self: 7 });
    expect(none.receive(none.question(2, nonce))).toEqual([]);
    const forgetful = new ScriptedValidator({ finality: 'byzantine', count: 4, self: 1, start: { abstain: 'unknown', nonce } });
    forgetful.resume();
    expect(forgetful.receive(forgetful.question(2, nonce))).toEqual([]);
    expect(forgetful.core.refused.get('asks one that forgot, too')).toBe(1);
  });

  it('needs a nonce for its question', () => {
    expect(() => new ScriptedValidator({ finality: 'byzantine', count: 4, self: 2, start: { abstain: 'unknown', head: SCRIPT_HEAD } })).toThrow(/needs a nonce/);
  });
});
