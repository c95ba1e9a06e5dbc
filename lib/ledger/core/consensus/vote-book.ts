import type { Hash } from '../types';
import { NIL, type Vote, type VoteKind } from './messages';

/** Different votes of one validator for one place that are kept whatever they are for. */
const VARIANTS_MAX = 4;

/** What `add` made of a vote; with `conflicting`: another one of the same validator for the same place. */
export interface Added {
  readonly isNew: boolean;
  readonly conflicting?: Vote;
}

type Votes = Map<string, Vote>;
interface RoundVotes {
  readonly prevote: Votes;
  readonly precommit: Votes;
}

/**
 * The votes of one height. All votes of a sender are kept, not its first alone: a validator that signs twice could
 * otherwise show one half of the others a quorum that the other half can never see.
 */
export class VoteBook {
  readonly #rounds = new Map<number, RoundVotes>();
  readonly #keepsConflicting: boolean;

  constructor(keepsConflicting: boolean) {
    this.#keepsConflicting = keepsConflicting;
  }

  has({ kind, sender, round, hash }: Pick<Vote, 'kind' | 'sender' | 'round' | 'hash'>): boolean {
    return this.#rounds.get(round)?.[kind].has(keyOf(sender, hash)) ?? false;
  }

  /** `isKnown`: the block is; then the vote is kept beyond the limit of variants. */
  add(vote: Vote, isKnown: boolean): Added {
    const votes = this.#votes(vote.round, vote.kind);
    const key = keyOf(vote.sender, vote.hash);
    if (votes.has(key)) return { isNew: false };
    let variants = 0;
    let conflicting: Vote | undefined;
    for (const other of votes.values()) {
      if (other.sender !== vote.sender) continue;
      variants += 1;
      conflicting = other;
    }
    const isKept = conflicting === undefined || (this.#keepsConflicting && (variants < VARIANTS_MAX || isKnown));
    if (isKept) votes.set(key, vote);
    return { isNew: isKept, ...(conflicting === undefined ? {} : { conflicting }) };
  }

  /** Validators that voted in this round, for whatever. */
  voters(kind: VoteKind, round: number): number {
    return new Set([...(this.#rounds.get(round)?.[kind].values() ?? [])].map(({ sender }) => sender)).size;
  }

  /** Votes for one hash. */
  votesFor(kind: VoteKind, round: number, hash: Hash): readonly Vote[] {
    return [...(this.#rounds.get(round)?.[kind].values() ?? [])].filter((vote) => vote.hash === hash);
  }

  /** The block for which a quorum voted in this round, if there is one. */
  findQuorum(kind: VoteKind, round: number, quorum: number): Hash | undefined {
    const votes = this.#rounds.get(round)?.[kind];
    // Most looks are in vain: fewer votes than a quorum need no counting.
    if (votes === undefined || votes.size < quorum) return undefined;
    const counts = new Map<Hash, number>();
    for (const { hash } of votes.values()) {
      if (hash === NIL) continue;
      const count = (counts.get(hash) ?? 0) + 1;
      if (count >= quorum) return hash;
      counts.set(hash, count);
    }
    return undefined;
  }

  /** Every round with votes, in no particular order. */
  rounds(): Iterable<number> {
    return this.#rounds.keys();
  }

  /** True when a quorum stands behind the block in any round. */
  isBacked(hash: Hash, quorum: number): boolean {
    for (const round of this.#rounds.keys()) {
      if (this.votesFor('prevote', round, hash).length >= quorum || this.votesFor('precommit', round, hash).length >= quorum) return true;
    }
    return false;
  }

  /** True when the validator voted for this block in any round: it has its body. */
  hasVotedFor(sender: number, hash: Hash): boolean {
    for (const { prevote, precommit } of this.#rounds.values()) {
      if (prevote.has(keyOf(sender, hash)) || precommit.has(keyOf(sender, hash))) return true;
    }
    return false;
  }

  /** Forgets rounds below, except those named. */
  forgetBelow(round: number, except: ReadonlySet<number>): void {
    for (const old of this.#rounds.keys()) if (old < round && !except.has(old)) this.#rounds.delete(old);
  }

  #votes(round: number, kind: VoteKind): Votes {
    let votes = this.#rounds.get(round);
    if (votes === undefined) {
      votes = { prevote: new Map(), precommit: new Map() };
      this.#rounds.set(round, votes);
    }
    return votes[kind];
  }
}

function keyOf(sender: number, hash: Hash): string {
  return `${sender}|${hash}`;
}
