import { describe, expect, it } from 'vitest';
import { hash, type Hash } from '../types';
import { NIL, type Vote, type VoteKind } from './messages';
import { VoteBook } from './vote-book';

const named = (at: number): Hash => hash(at.toString(16).padStart(64, '0'));
const [a, b] = [named(0xa), named(0xb)];
const vote = (kind: VoteKind, sender: number, round: number, name: Hash): Vote => ({ kind, sender, height: 7, round, hash: name, signature: new Uint8Array(64) });
const book = (...votes: Vote[]): VoteBook => {
  const made = new VoteBook(true);
  for (const one of votes) made.add(one, true);
  return made;
};

describe('the votes of a height', () => {
  it('are counted by kind, round and block, each validator once', () => {
    const votes = book(vote('prevote', 0, 0, a), vote('prevote', 1, 0, a), vote('prevote', 2, 0, b), vote('precommit', 3, 0, a), vote('prevote', 3, 1, a));
    expect(votes.add(vote('prevote', 0, 0, a), true)).toEqual({ isNew: false });
    expect(votes.votesFor('prevote', 0, a).map(({ sender }) => sender)).toEqual([0, 1]);
    expect([votes.voters('prevote', 0), votes.voters('precommit', 0), votes.voters('prevote', 1), votes.voters('precommit', 1)]).toEqual([3, 1, 1, 0]);
    expect([votes.findQuorum('prevote', 0, 2), votes.findQuorum('prevote', 0, 3), votes.findQuorum('precommit', 0, 2)]).toEqual([a, undefined, undefined]);
    expect([...votes.rounds()]).toEqual([0, 1]);
  });

  it('for nothing make no block final, however many there are', () => {
    const votes = book(...[0, 1, 2, 3].map((sender) => vote('precommit', sender, 0, NIL)));
    expect(votes.findQuorum('precommit', 0, 3)).toBeUndefined();
    expect(votes.votesFor('precommit', 0, NIL)).toHaveLength(4);
  });

  it('are all kept when a validator casts several: each may be the one that others saw', () => {
    const votes = book(vote('prevote', 0, 0, a));
    expect(votes.add(vote('prevote', 0, 0, b), false)).toEqual({ isNew: true, conflicting: vote('prevote', 0, 0, a) });
    expect([votes.votesFor('prevote', 0, a), votes.votesFor('prevote', 0, b)].map(({ length }) => length)).toEqual([1, 1]);
    expect(votes.voters('prevote', 0)).toBe(1);
    // One in another round or of another kind is none.
    expect(votes.add(vote('prevote', 0, 1, b), false)).toEqual({ isNew: true });
    expect(votes.add(vote('precommit', 0, 0, b), false)).toEqual({ isNew: true });
  });

  it('of one validator for one place are bounded, except for blocks that are here', () => {
    const votes = new VoteBook(true);
    const added = Array.from({ length: 100 }, (_, at) => votes.add(vote('prevote', 0, 0, named(at + 1)), false).isNew);
    expect(added.filter(Boolean)).toHaveLength(4);
    expect(votes.add(vote('prevote', 0, 0, named(200)), true)).toMatchObject({ isNew: true, conflicting: { sender: 0 } });
    expect(votes.add(vote('prevote', 0, 0, named(201)), false)).toMatchObject({ isNew: false, conflicting: { sender: 0 } });
    // Nobody else has less room for it.
    expect(votes.add(vote('prevote', 1, 0, named(1)), false).isNew).toBe(true);
  });

  it('tell who has a block, and which block a quorum stands behind, in any round', () => {
    const votes = book(vote('prevote', 0, 0, a), vote('precommit', 1, 4, a), vote('prevote', 2, 1, b), vote('prevote', 3, 1, b));
    expect([0, 1, 2].map((sender) => votes.hasVotedFor(sender, a))).toEqual([true, true, false]);
    expect([votes.isBacked(a, 2), votes.isBacked(b, 2), votes.isBacked(b, 3)]).toEqual([false, true, false]);
    expect(votes.has({ kind: 'precommit', sender: 1, round: 4, hash: a })).toBe(true);
    expect(votes.has({ kind: 'prevote', sender: 1, round: 4, hash: a })).toBe(false);
  });

  it('of old rounds are forgotten, except those that a lock hangs on', () => {
    const votes = book(...[0, 1, 2, 3, 4].map((round) => vote('prevote', 0, round, a)));
    votes.forgetBelow(3, new Set([1, -1]));
    expect([...votes.rounds()]).toEqual([1, 3, 4]);
    expect(votes.voters('prevote', 0)).toBe(0);
  });
});
