import type { Hash } from '../types';
import type { Verdict } from './effects';
import type { Proposal } from './messages';

/** A block's bytes and what its check said. */
interface Body {
  readonly block: Uint8Array;
  verdict?: Verdict;
  /** A check is under way; `certain`: one that looks at the execution alone. */
  asked?: 'usual' | 'certain';
}

const BODIES_MAX = 12;
const PER_ROUND_MAX = 3;

/** The proposals of one height and the blocks in them; bounded, whatever proposers send. */
export class ProposalBook {
  readonly #rounds = new Map<number, Proposal[]>();
  readonly #bodies = new Map<Hash, Body>();

  /** The first of a round: the one that is voted on. */
  first(round: number): Proposal | undefined {
    return this.#rounds.get(round)?.[0];
  }

  /** Another proposal of the same round for another block. */
  findConflicting({ round, hash }: Proposal): Proposal | undefined {
    return this.#rounds.get(round)?.find((other) => other.hash !== hash);
  }

  has({ round, hash, validRound }: Pick<Proposal, 'round' | 'hash' | 'validRound'>): boolean {
    return this.#rounds.get(round)?.some((other) => other.hash === hash && other.validRound === validRound) ?? false;
  }

  /** Any proposal that carries the block, the latest first. */
  findFor(hash: Hash): Proposal | undefined {
    let latest: Proposal | undefined;
    for (const [round, proposals] of this.#rounds) {
      const found = proposals.find((proposal) => proposal.hash === hash);
      if (found !== undefined && (latest === undefined || round > latest.round)) latest = found;
    }
    return latest;
  }

  /** Takes a proposal in; false when there is no room for it. `isKept` names blocks that must stay. */
  add(proposal: Proposal, isKept: (hash: Hash) => boolean): boolean {
    const ofRound = this.#rounds.get(proposal.round) ?? [];
    // A block that must stay comes in beyond the limit, but once: proposed as of many earlier rounds it would have no end.
    if (ofRound.length >= PER_ROUND_MAX && (!isKept(proposal.hash) || ofRound.some(({ hash }) => hash === proposal.hash))) return false;
    if (!this.addBody(proposal.hash, proposal.block, isKept)) return false;
    ofRound.push(proposal);
    this.#rounds.set(proposal.round, ofRound);
    return true;
  }

  addBody(hash: Hash, block: Uint8Array, isKept: (hash: Hash) => boolean): boolean {
    if (this.#bodies.has(hash)) return true;
    if (this.#bodies.size >= BODIES_MAX && !this.#makeRoom(isKept)) return false;
    this.#bodies.set(hash, { block });
    return true;
  }

  block(hash: Hash): Uint8Array | undefined {
    return this.#bodies.get(hash)?.block;
  }

  verdict(hash: Hash): Verdict | undefined {
    return this.#bodies.get(hash)?.verdict;
  }

  setVerdict(hash: Hash, verdict: Verdict): void {
    const body = this.#bodies.get(hash);
    if (body === undefined) return;
    body.verdict = verdict;
    delete body.asked;
  }

  /** True when a check has to be asked for; remembers that it was. */
  ask(hash: Hash, isCertain: boolean): boolean {
    const body = this.#bodies.get(hash);
    if (body === undefined || body.asked === 'certain' || (body.asked !== undefined && !isCertain)) return false;
    body.asked = isCertain ? 'certain' : 'usual';
    return true;
  }

  /** Forgets proposals of rounds below, and blocks that nothing speaks of any more. */
  forgetBelow(round: number, isKept: (hash: Hash) => boolean): void {
    for (const [old, proposals] of this.#rounds) {
      if (old >= round || proposals.some(({ hash }) => isKept(hash))) continue;
      this.#rounds.delete(old);
      for (const { hash } of proposals) if (this.findFor(hash) === undefined) this.#bodies.delete(hash);
    }
  }

  #makeRoom(isKept: (hash: Hash) => boolean): boolean {
    for (const hash of this.#bodies.keys()) {
      if (isKept(hash)) continue;
      this.#bodies.delete(hash);
      for (const [round, proposals] of this.#rounds) {
        const left = proposals.filter((proposal) => proposal.hash !== hash);
        if (left.length === 0) this.#rounds.delete(round);
        else this.#rounds.set(round, left);
      }
      return true;
    }
    return false;
  }
}
