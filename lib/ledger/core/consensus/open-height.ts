import type { Hash } from '../types';
import { ProposalBook } from './proposal-book';
import type { Proposal, Vote } from './messages';
import { encodeRecord, type ConsensusRecord } from './record';
import { VoteBook } from './vote-book';

/** Own messages of so many rounds back are kept for those who fell behind. */
const OWN_ROUNDS_KEPT = 4;
const NO_BODY = new Uint8Array(0);

/** All that a validator knows of the height it works on. Made anew with each height. */
export class OpenHeight {
  readonly proposals = new ProposalBook();
  readonly votes: VoteBook;
  /** The latest round in which each other validator was heard. */
  readonly furthest = new Map<number, number>();
  /** What this validator signed, by kind and round: never anything else for the same place. */
  readonly own = new Map<string, Proposal | Vote>();
  round = -1;
  step: ConsensusRecord['step'] = 'idle';
  /** What it precommitted to: it prevotes for nothing else, unless a newer quorum does. */
  locked: { readonly round: number; readonly hash: Hash } | undefined;
  /** The newest block that a quorum prevoted for: what it proposes in its turn. */
  valid: { readonly round: number; readonly hash: Hash } | undefined;
  proofOfLock: readonly Vote[] = [];
  /** It is this validator's turn, and it had nothing to build. */
  isBuildWanted = false;
  /** Final, or found wrong: nothing more is done at this height. */
  isDecided = false;
  /** This peer had something for a block when it was last reminded. */
  isWanted = false;
  repeats = 0;
  /** A timer for it is armed. */
  isRepeating = false;
  #unsavedBody: Uint8Array | undefined;
  readonly #done = new Set<string>();

  constructor(keepsConflictingVotes: boolean) {
    this.votes = new VoteBook(keepsConflictingVotes);
  }

  /** True the first time. */
  once(what: string): boolean {
    if (this.#done.has(what)) return false;
    this.#done.add(what);
    return true;
  }

  setValid(round: number, hash: Hash, block: Uint8Array): void {
    if (this.valid?.hash !== hash) this.#unsavedBody = block;
    this.valid = { round, hash };
    this.proofOfLock = this.votes.votesFor('prevote', round, hash);
  }

  /** The state to persist, and the valid block's body when it is not persisted yet. */
  record(height: number): { record: Uint8Array; block?: Uint8Array } {
    const { round, step, locked, valid, proofOfLock } = this;
    const record = encodeRecord({
      height,
      round,
      step,
      lockedRound: locked?.round ?? -1,
      ...(locked === undefined ? {} : { lockedHash: locked.hash }),
      validRound: valid?.round ?? -1,
      ...(valid === undefined ? {} : { validHash: valid.hash }),
      own: [...this.own.values()].map((message) => (message.kind === 'proposal' ? { ...message, block: NO_BODY } : message)),
      proofOfLock,
    });
    const block = this.#unsavedBody;
    this.#unsavedBody = undefined;
    return block === undefined ? { record } : { record, block };
  }

  restore(record: ConsensusRecord, validBlock: Uint8Array | undefined): void {
    this.round = record.round;
    this.step = record.step;
    if (record.lockedHash !== undefined) this.locked = { round: record.lockedRound, hash: record.lockedHash };
    if (record.validHash !== undefined) this.valid = { round: record.validRound, hash: record.validHash };
    this.proofOfLock = record.proofOfLock;
    for (const vote of record.proofOfLock) this.votes.add(vote, true);
    for (const message of record.own) {
      this.own.set(`${message.kind}:${message.round}`, message);
      if (message.kind !== 'proposal') this.votes.add(message, true);
    }
    if (record.validHash !== undefined && validBlock !== undefined) this.proposals.addBody(record.validHash, validBlock, () => true);
  }

  /** Forgets what no later round needs. */
  forgetBelow(round: number, quorum: number): void {
    const kept = new Set([this.valid?.round ?? -1, this.locked?.round ?? -1]);
    this.votes.forgetBelow(round, kept);
    this.proposals.forgetBelow(round, (hash) => hash === this.valid?.hash || this.votes.isBacked(hash, quorum));
    for (const [place, message] of this.own) if (message.round < this.round - OWN_ROUNDS_KEPT) this.own.delete(place);
  }
}
