import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { fakeBlock, fakeVerify } from '../../testing/fake-validators';
import { createRandom } from '../../testing/random';
import { SCRIPT_CHAIN, SCRIPT_HEAD, ScriptedValidator } from '../../testing/scripted-validator';
import { hash, type Hash } from '../types';
import { isEvidence } from './evidence';
import { encodeMessage, MESSAGE_BLOCK_BYTES_MAX, NIL } from './messages';

/** V2 of four, of whom one may lie; it is V0's turn. */
const second = (): ScriptedValidator => new ScriptedValidator({ finality: 'byzantine', count: 4, self: 2 });
const named = (at: number): Hash => hash(at.toString(16).padStart(64, '0'));

/** V2 with the proposal A of round 0, found good and voted for. */
function voting() {
  const v = second();
  const [a, b] = [v.block('A'), v.block('B')];
  v.receive(v.proposal(0, 0, a));
  v.checked(a, 'good');
  return { v, a, b };
}

describe('a validator that signs two things', () => {
  it('is shown with both signatures, once for a place, and to anybody', () => {
    const { v, a, b } = voting();
    expect(v.votes('prevote', [3], 0, a.hash)).toEqual([]);
    expect(v.votes('prevote', [3], 0, b.hash)).toEqual(['evidence of V3: prevote 0']);
    const [effect] = v.effects;
    if (effect?.do !== 'evidence') throw new Error('there is evidence');
    expect(isEvidence(SCRIPT_CHAIN, effect.evidence, fakeVerify)).toBe(true);
    expect(effect.evidence).toMatchObject({ kind: 'prevote', height: 16, round: 0, first: { hash: a.hash }, second: { hash: b.hash } });
    expect(v.votes('prevote', [3], 0, NIL)).toEqual([]);
    expect(v.votes('prevote', [3], 0, a.hash)).toEqual([]);
    expect([...v.votes('prevote', [3], 1, a.hash), ...v.votes('prevote', [3], 1, b.hash)]).toEqual(['evidence of V3: prevote 1']);
    expect([...v.votes('precommit', [3], 0, a.hash), ...v.votes('precommit', [3], 0, NIL)]).toEqual(['evidence of V3: precommit 0']);
  });

  it('is counted for everything that it signed, or it could show each half of the others a quorum of its own', () => {
    const { v, a, b } = voting();
    v.votes('prevote', [3], 0, NIL);
    v.votes('prevote', [3], 0, b.hash);
    v.votes('prevote', [3], 0, a.hash);
    expect(v.votes('prevote', [0], 0, a.hash)).toContain('to all: precommit 0 A');
    v.votes('precommit', [3], 0, NIL);
    v.votes('precommit', [3], 0, a.hash);
    expect(v.votes('precommit', [1], 0, a.hash)).toEqual(['final A in 0 by 1,2,3']);
  });

  it('is one voter all the same', () => {
    const { v, a, b } = voting();
    for (const name of [NIL, b.hash, a.hash, named(1)]) expect(v.votes('prevote', [3], 0, name).some((line) => line.startsWith('timer'))).toBe(false);
    expect(v.votes('prevote', [0], 0, NIL)).toEqual(['timer prevote 0']);
  });

  it('proposes the first thing that it proposed; another becomes final if a quorum went for that', () => {
    const { v, a, b } = voting();
    expect(v.receive(v.proposal(0, 0, b))).toEqual(['evidence of V0: proposal 0']);
    expect(v.receive(v.proposal(0, 0, b))).toEqual([]);
    expect(v.receive(v.proposal(0, 0, v.block('C')))).toEqual([]);
    expect([...(v.said.get('prevote 16 0') ?? [])]).toEqual([a.hash]);
    expect(v.votes('prevote', [0, 1, 3], 0, b.hash)).toContain('check B for certain');
    expect(v.checked(b, 'good')).toEqual(['persist with a block', 'to all: precommit 0 B']);
    expect(v.votes('precommit', [1, 3], 0, b.hash)).toEqual(['final B in 0 by 1,2,3']);
  });
});

describe('a message that is not taken', () => {
  const v = second();
  const a = v.block('A');
  const changed = (bytes: Uint8Array, at: number): Uint8Array => Uint8Array.from(bytes).with(at, (bytes.at(at) ?? 0) ^ 1);
  const vote = v.vote('prevote', 0, 0, a.hash);
  const stranger = fakeBlock({ height: 15, hash: NIL }, 'of another parent');
  const later = fakeBlock({ ...SCRIPT_HEAD, height: 16 }, 'of another height');

  it.each<[string, string, Uint8Array]>([
    ['malformed', 'no bytes', new Uint8Array(0)],
    ['malformed', 'nonsense', Buffer.from('nonsense')],
    ['malformed', 'a vote cut short', vote.subarray(0, vote.length - 1)],
    ['malformed', 'a vote with something behind it', Buffer.concat([vote, Uint8Array.of(0)])],
    ['malformed', 'a kind that nobody knows', Uint8Array.from(vote).with(1, 9)],
    ['malformed', 'a block without measure', encodeMessage({ kind: 'proposal', sender: 0, height: 16, round: 0, validRound: -1, hash: NIL, block: new Uint8Array(MESSAGE_BLOCK_BYTES_MAX + 1), signature: new Uint8Array(64) })],
    ['unknown validator', 'a place beyond the validators', v.vote('prevote', 4, 0, a.hash)],
    ['own', 'a proposal in its own name', v.proposal(2, 2, a)],
    ['own', 'a precommit in its own name', v.vote('precommit', 2, 0, a.hash)],
    ['own', 'a question in its own name', v.question(2, Buffer.alloc(16))],
    ['not its turn', 'the proposal of a validator whose turn it is not', v.proposal(1, 0, a)],
    ['not its turn', 'a proposal of the round before its turn', v.proposal(0, 3, a)],
    ['signature', 'a vote whose signature is another', changed(vote, -1)],
    ['signature', 'a vote whose round is another', changed(vote, 12)],
    ['signature', 'a vote in the name of another', Uint8Array.from(vote).with(2, 1)],
    ['signature', 'a prevote as a precommit', Uint8Array.from(vote).with(1, 3)],
    ['signature', 'a proposal whose signature is another', changed(v.proposal(0, 0, a), -1)],
    ['signature', 'a question whose signature is another', changed(v.question(0, Buffer.alloc(16)), -1)],
    ['signature', 'a vote of the next height whose signature is another', changed(v.vote('prevote', 0, 0, NIL, 17), -1)],
    ['not the next block', 'bytes that are no block', v.proposal(0, 0, { hash: a.hash, block: Buffer.from('no block') })],
    ['not the next block', 'a block under the name of another', v.proposal(0, 0, { ...a, block: fakeBlock(SCRIPT_HEAD, 'B').block })],
    ['not the next block', 'a block of another parent', v.proposal(0, 0, stranger)],
    ['not the next block', 'a block of another height', v.proposal(0, 0, later)],
    ['round', 'a vote of a round that nobody comes to', v.vote('prevote', 0, 4_000_000_000, NIL)],
    ['nobody asked', 'an answer without question', v.answer(0, Buffer.alloc(16), 9)],
  ])('is counted as %s: %s', (reason, _what, message) => {
    const receiver = second();
    const status = receiver.core.status();
    const effects = receiver.receive(message);
    // Of a higher height it may mean that blocks are missing here; nothing else comes of it.
    expect(effects.filter((line) => !line.startsWith('behind'))).toEqual([]);
    expect(Object.fromEntries(receiver.core.refused)).toEqual({ [reason]: 1 });
    receiver.receive(message);
    expect(Object.fromEntries(receiver.core.refused)).toEqual({ [reason]: 2 });
    expect(receiver.core.status()).toEqual(status);
  });

  it('is not counted when it only comes twice, or late', () => {
    const { v: busy, a: block } = voting();
    for (const message of [busy.proposal(0, 0, block), busy.vote('prevote', 0, 0, block.hash), busy.vote('prevote', 2, 0, block.hash)]) {
      for (let times = 0; times < 3; times += 1) expect(busy.receive(message)).toEqual([]);
    }
    busy.receive(busy.vote('prevote', 0, 0, NIL, 7));
    expect(busy.core.refused.size).toBe(0);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('never makes it throw, nor contradict itself, whatever comes in whatever order (seed %i)', (seed) => {
    const random = createRandom(seed);
    const hasty = new ScriptedValidator({ finality: random.chance(0.5) ? 'byzantine' : 'crash', count: 4, self: random.below(4) });
    const blocks = ['A', 'B', 'C'].map((name) => hasty.block(name));
    const round = (): number => (random.chance(0.9) ? random.below(6) : random.below(2 ** 32));
    const message = (): Uint8Array => {
      // In its own name nobody can sign; places beyond the validators are tried, too.
      const sender = random.pick([0, 1, 2, 3, 4].filter((at) => at !== hasty.self));
      const block = random.pick(blocks);
      const place = random.chance(0.9) ? 16 : 14 + random.below(6);
      if (random.chance(0.3)) return hasty.proposal(sender, round(), block, { validRound: random.below(4) - 1, height: place });
      if (random.chance(0.05)) return random.chance(0.5) ? hasty.question(sender, random.bytes(16)) : hasty.answer(sender, random.bytes(16), random.below(40));
      return hasty.vote(random.chance(0.5) ? 'prevote' : 'precommit', sender, round(), random.chance(0.3) ? NIL : block.hash, place);
    };
    for (let step = 0; step < 2_000; step += 1) {
      const bytes = Uint8Array.from(random.chance(0.02) ? random.bytes(random.below(300)) : message());
      if (random.chance(0.1)) bytes[random.below(bytes.length)] = random.below(256);
      hasty.receive(bytes);
      if (random.chance(0.2)) hasty.timeout(random.pick(['propose', 'prevote', 'precommit', 'repeat'] as const), random.chance(0.8) ? hasty.core.status().round : random.below(6));
      if (random.chance(0.1)) hasty.checked(random.pick(blocks), random.pick(['good', 'good', 'bad', 'later'] as const));
      if (random.chance(0.1)) hasty.wake();
      if (random.chance(0.1)) hasty.built(hasty.core.status().round, random.chance(0.7) ? random.pick(blocks) : undefined);
    }
    for (const [place, hashes] of hasty.said) expect(hashes.size, place).toBe(1);
  });
});

describe('a validator that floods the others', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = async (): Promise<number> => {
    // What buffers held is given back a little after they are gone.
    for (let times = 0; times < 3; times += 1) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  /** Bytes that are held after it and were not before. */
  const held = async (flood: () => void): Promise<number> => {
    const before = await used();
    flood();
    return (await used()) - before;
  };
  const MEGABYTE = 1024 * 1024;
  const large = 'x'.repeat(20_000);
  const countOf = (v: ScriptedValidator, reason: string): number => v.core.refused.get(reason) ?? 0;

  it('with proposals fills a few places and no more, and the agreement goes on', async () => {
    const { v, a } = voting();
    const kept = await held(() => {
      // V0's turns within reach are the rounds 0, 4 and 8: 60 MB of blocks.
      for (let at = 0; at < 3_000; at += 1) v.receive(v.proposal(0, (at % 3) * 4, fakeBlock(SCRIPT_HEAD, `${at} ${large}`)));
    });
    expect(kept).toBeLessThan(4 * MEGABYTE);
    expect(countOf(v, 'too many proposals')).toBeGreaterThan(2_900);
    v.votes('prevote', [1, 3], 0, a.hash);
    expect(v.votes('precommit', [1, 3], 0, a.hash)).toEqual(['final A in 0 by 1,2,3']);
  });

  it('with one block as if it were of many earlier rounds finds no more room', async () => {
    const v = second();
    const block = fakeBlock(SCRIPT_HEAD, large);
    const kept = await held(() => {
      for (let validRound = -1; validRound < 3_000; validRound += 1) v.receive(v.proposal(0, 0, block, { validRound }));
    });
    expect(kept).toBeLessThan(4 * MEGABYTE);
    expect(countOf(v, 'too many proposals')).toBeGreaterThan(2_900);
  });

  it('with votes fills a few places and no more, and the agreement goes on', async () => {
    const { v, a } = voting();
    const kept = await held(() => {
      for (let at = 1; at <= 20_000; at += 1) v.votes(at % 2 === 0 ? 'prevote' : 'precommit', [3], at % 9, named(at));
    });
    expect(kept).toBeLessThan(2 * MEGABYTE);
    expect(countOf(v, 'too many votes')).toBeGreaterThan(19_000);
    v.votes('prevote', [0, 1], 0, a.hash);
    expect(v.votes('precommit', [0, 1], 0, a.hash).at(-1)).toBe('final A in 0 by 0,1,2');
  });

  it('with votes of far rounds leaves nothing behind, and takes nobody along', async () => {
    const { v, a } = voting();
    const kept = await held(() => {
      for (let round = 9; round < 20_000; round += 1) v.votes('prevote', [3], round, named(round));
    });
    expect(kept).toBeLessThan(2 * MEGABYTE);
    expect(v.core.status().round).toBe(0);
    v.votes('prevote', [0, 1], 0, a.hash);
    expect(v.votes('precommit', [0, 1], 0, a.hash)).toEqual(['final A in 0 by 0,1,2']);
  });

  it('with the next height has one proposal and a few votes kept', async () => {
    const { v } = voting();
    const kept = await held(() => {
      for (let at = 1; at < 3_000; at += 1) {
        const head = { height: 16, hash: named(at) };
        v.receive(v.proposal(3, 0, fakeBlock(head, large), { height: 17 }), v.vote('prevote', 3, at, named(at), 17), v.vote('precommit', 3, at, named(at), 17));
      }
    });
    expect(kept).toBeLessThan(2 * MEGABYTE);
    expect(countOf(v, 'too early')).toBeGreaterThan(8_900);
  });

  it('with hints, questions and answers leaves nothing behind', async () => {
    const { v } = voting();
    const kept = await held(() => {
      for (let at = 1; at < 6_000; at += 1) {
        const nonce = Buffer.alloc(16, at % 256);
        v.receive(v.question(3, nonce), v.answer(3, nonce, at), encodeMessage({ kind: 'head', height: 2 ** 40 + at }));
      }
    });
    expect(kept).toBeLessThan(2 * MEGABYTE);
    expect(countOf(v, 'nobody asked')).toBe(5_999);
  });

  it('round after round leaves no more behind than in one', async () => {
    const v = second();
    v.wake();
    const rounds = (from: number, count: number): void => {
      for (let round = from; round < from + count; round += 1) {
        if (round % 4 === 3) for (let at = 0; at < 5; at += 1) v.receive(v.proposal(3, round, fakeBlock(SCRIPT_HEAD, `${round} ${at} ${large}`)));
        for (let at = 1; at < 20; at += 1) v.votes(at % 2 === 0 ? 'prevote' : 'precommit', [3], round, named(round * 100 + at));
        v.timeout('propose', round);
        v.votes('prevote', [0, 1], round, NIL);
        v.votes('precommit', [0, 1], round, NIL);
        v.timeout('precommit', round);
      }
    };
    rounds(0, 50);
    expect(await held(() => rounds(50, 500))).toBeLessThan(3 * MEGABYTE);
    expect(v.core.status().round).toBe(550);
    // What it keeps for the case of a crash stays small, too.
    expect(v.kept.record?.length).toBeLessThan(20_000);
  });
});

describe('a proposer among liars', () => {
  it('keeps and votes for its own block, however many blocks they proposed before its turn', () => {
    // It is V2's turn, then V3's, who lie; V4 is under test.
    const v = new ScriptedValidator({ finality: 'byzantine', count: 7, self: 4 });
    for (const [liar, round] of [[2, 0], [3, 1], [2, 7], [3, 8]] as const) {
      for (const variant of ['A', 'B', 'C']) v.receive(v.proposal(liar, round, v.block(`${liar} ${round} ${variant}`)));
    }
    expect(v.votes('prevote', [0], 2, NIL)).toContain('build 2');
    expect(v.built(2, v.block('own'))).toEqual(['persist', 'to all: proposal 2 own', 'to all: prevote 2 own']);
  });
});
