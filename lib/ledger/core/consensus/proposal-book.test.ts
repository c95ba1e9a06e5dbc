import { describe, expect, it } from 'vitest';
import { hash, type Hash } from '../types';
import type { Proposal } from './messages';
import { ProposalBook } from './proposal-book';

const named = (at: number): Hash => hash(at.toString(16).padStart(64, '0'));
const [a, b, c, d] = [named(0xa), named(0xb), named(0xc), named(0xd)];
const proposal = (round: number, name: Hash, validRound = -1): Proposal => ({ kind: 'proposal', sender: 0, height: 7, round, validRound, hash: name, block: Buffer.from(name), signature: new Uint8Array(64) });
const none = (): boolean => false;
const only = (...names: Hash[]) => (name: Hash): boolean => names.includes(name);

describe('the proposals of a height', () => {
  it('are voted on in the order in which they came: the first of a round counts, the others are kept', () => {
    const book = new ProposalBook();
    for (const name of [a, b]) expect(book.add(proposal(0, name), none)).toBe(true);
    expect(book.first(0)?.hash).toBe(a);
    expect(book.first(1)).toBeUndefined();
    expect(book.findConflicting(proposal(0, a))?.hash).toBe(b);
    expect(book.findConflicting(proposal(1, a))).toBeUndefined();
    expect([book.has(proposal(0, b)), book.has(proposal(0, b, 0)), book.has(proposal(1, b))]).toEqual([true, false, false]);
    expect(Buffer.from(book.block(b) ?? [])).toEqual(Buffer.from(b));
  });

  it('carry a block several times, of which the latest is sent on', () => {
    const book = new ProposalBook();
    for (const round of [0, 5, 3]) book.add(proposal(round, a, round - 1), none);
    expect(book.findFor(a)?.round).toBe(5);
    expect(book.findFor(b)).toBeUndefined();
  });

  it('are three in a round, and more only of blocks that must stay', () => {
    const book = new ProposalBook();
    for (const name of [a, b, c]) book.add(proposal(0, name), none);
    expect(book.add(proposal(0, d), none)).toBe(false);
    expect(book.block(d)).toBeUndefined();
    expect(book.add(proposal(0, d), only(d))).toBe(true);
    expect(book.block(d)).toBeDefined();
  });

  it('of a block that must stay are not endless: as of how many earlier rounds it may be proposed', () => {
    const book = new ProposalBook();
    const taken = Array.from({ length: 100 }, (_, at) => book.add(proposal(200, a, at - 1), only(a)));
    expect(taken.filter(Boolean)).toHaveLength(3);
    expect(book.add(proposal(200, b), only(a, b))).toBe(true);
    expect(book.add(proposal(200, b, 7), only(a, b))).toBe(false);
  });

  it('keep twelve blocks: the oldest that nobody needs makes room, one that is needed never', () => {
    const book = new ProposalBook();
    for (let round = 0; round < 100; round += 1) expect(book.add(proposal(round, named(round + 1)), only(named(1)))).toBe(true);
    const kept = Array.from({ length: 100 }, (_, at) => named(at + 1)).filter((name) => book.block(name) !== undefined);
    expect(kept).toHaveLength(12);
    expect(kept[0]).toBe(named(1));
    expect(kept.at(-1)).toBe(named(100));
    // Whose block is gone is no proposal any more.
    expect(book.first(50)).toBeUndefined();
    expect(book.first(0)?.hash).toBe(named(1));
    expect(book.add(proposal(200, named(201)), () => true)).toBe(false);
  });

  it('ask for a check of a block once, and once more when a quorum stands behind it', () => {
    const book = new ProposalBook();
    expect(book.ask(a, false)).toBe(false);
    book.add(proposal(0, a), none);
    expect([book.ask(a, false), book.ask(a, false), book.ask(a, true), book.ask(a, true), book.ask(a, false)]).toEqual([true, false, true, false, false]);
    book.setVerdict(a, 'later');
    expect(book.verdict(a)).toBe('later');
    expect(book.ask(a, false)).toBe(true);
    // Of a block that went meanwhile nothing is remembered.
    book.setVerdict(b, 'good');
    expect(book.verdict(b)).toBeUndefined();
  });

  it('of old rounds are forgotten with their blocks, except those that are needed or were proposed again', () => {
    const book = new ProposalBook();
    for (const [round, name] of [[0, a], [1, b], [2, c], [3, d], [4, c]] as const) book.add(proposal(round, name), none);
    book.forgetBelow(4, only(b));
    expect([0, 1, 2, 3, 4].map((round) => book.first(round)?.hash)).toEqual([undefined, b, undefined, undefined, c]);
    expect([a, b, c, d].map((name) => book.block(name) !== undefined)).toEqual([false, true, true, false]);
  });
});
