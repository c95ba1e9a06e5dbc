import { assert } from '@/lib/platform/pure/assert';
import type { ChainId, Hash } from '../types';
import type { ConsensusHead, ConsensusPorts, ConsensusStatus, Effect, NamedBlock, Timeouts, Timer, Verdict } from './effects';
import { DEFAULT_TIMEOUTS } from './effects';
import { evidenceOf } from './evidence';
import { decodeMessage, encodeMessage, NIL, statementOf, type Answer, type ConsensusMessage, type Proposal, type Question, type Vote, type VoteKind } from './messages';
import { OpenHeight } from './open-height';
import { decodeRecord } from './record';
import { Rejoin } from './rejoin';
import { believableOf, indexOfValidator, proposerAt, quorumOf, type ChainRules } from './rules';

export interface ConsensusStart {
  readonly chain: ChainId;
  /** Own key, DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** The last final block. */
  readonly head: ConsensusHead;
  /** In force at the height after the head. */
  readonly rules: ChainRules;
  /** What was last to be persisted; of no meaning when it speaks of another height. */
  readonly record?: Uint8Array;
  readonly block?: Uint8Array;
  /** The last `abstain`; `unknown` when only the key is left of what the peer was. */
  readonly abstain?: number | 'unknown';
  /** 16 bytes nobody can guess, for the question to the others; needed with `unknown`. */
  readonly nonce?: Uint8Array;
  readonly timeouts?: Timeouts;
}

/** Messages of the next height that came before this one was final; of each sender. */
const EARLY_VOTES_MAX = 16;
const EARLY_PROPOSALS_MAX = 1;
/** Rounds around the present one whose messages are kept. */
const ROUNDS_BACK = 8;
const ROUNDS_AHEAD = 8;
const ROUND_MAX = 1_000_000_000;

/**
 * Agreement of the validators of one sub-chain on one block after another: two-phase voting with locks, of the
 * Tendermint family (Buchman, Kwon, Milosevic, arXiv 1807.04938). Pure and synchronous: every input answers with what
 * is to be done, in order; clock, disk, network, execution and chance are the driver's. A height is open from the first
 * reason for a block to its finality; an idle sub-chain has no timer and sends nothing.
 */
export class Consensus {
  readonly #chain: ChainId;
  readonly #publicKey: Uint8Array;
  readonly #ports: ConsensusPorts;
  readonly #timeouts: Timeouts;
  /** Messages that were not taken, by reason. */
  readonly refused = new Map<string, number>();
  #head: ConsensusHead;
  #rules: ChainRules;
  /** Own place among the validators; -1: none. */
  #self: number;
  #open: OpenHeight;
  #early = new Map<number, Uint8Array[]>();
  #rejoin: Rejoin | undefined;
  #abstain: number | 'unknown' | undefined;
  #lastVote: ConsensusStatus['lastVote'];
  #out: Effect[] = [];
  #said: (Proposal | Vote)[] = [];

  constructor(start: ConsensusStart, ports: ConsensusPorts) {
    this.#chain = start.chain;
    this.#publicKey = start.publicKey;
    this.#ports = ports;
    this.#timeouts = start.timeouts ?? DEFAULT_TIMEOUTS;
    this.#head = start.head;
    this.#rules = start.rules;
    this.#self = indexOfValidator(start.rules, start.publicKey);
    this.#abstain = start.abstain;
    if (start.abstain === 'unknown') {
      assert(start.nonce !== undefined, 'a peer that lost its memory needs a nonce for its question');
      this.#rejoin = new Rejoin(start.nonce, start.head.height);
    }
    this.#open = new OpenHeight(this.keepsConflictingVotes());
    if (start.record !== undefined) this.#restore(start.record, start.block);
  }

  /** Goes on where the record ends. Once, before any other input. */
  resume(): Effect[] {
    return this.#react(() => {
      this.#ask();
      const { step, round } = this.#open;
      if (step === 'idle') return;
      if (step === 'propose') this.#enterPropose(round);
      this.#armRepeat();
      this.#repeat();
    });
  }

  /** This peer has something that wants a block: transactions, a reader's demand, an approved change. */
  wake(): Effect[] {
    return this.#react(() => {
      const open = this.#open;
      if (this.#self < 0 || open.isDecided) return;
      open.isWanted = true;
      if (open.step === 'idle') return this.#startRound(0);
      if (open.step === 'propose' && open.isBuildWanted) this.#askBuild();
      this.#armRepeat();
    });
  }

  /** Anything from the network. Never throws: what is wrong is counted in {@link refused}. */
  receive(bytes: Uint8Array): Effect[] {
    return this.#react(() => this.#receive(bytes));
  }

  onTimer({ kind, height, round }: Timer): Effect[] {
    return this.#react(() => {
      const open = this.#open;
      if (height !== this.#height || open.isDecided) return;
      if (kind === 'repeat') {
        open.isRepeating = false;
        open.repeats += 1;
        this.#ask();
        // Opened for something that is gone (a change that nobody else approved, a refused transaction), joined by nobody:
        // it lies open without a sound until somebody wants something again.
        if (open.step === 'idle' || !(open.isWanted || this.#isShared)) return;
        open.isWanted = false;
        this.#armRepeat();
        this.#repeat();
        return;
      }
      if (round !== open.round) return;
      if (kind === 'propose' && open.step === 'propose') this.#vote('prevote', NIL);
      if (kind === 'prevote' && open.step === 'prevote') this.#vote('precommit', NIL);
      if (kind === 'precommit') this.#startRound(round + 1);
    });
  }

  /** The answer to `build`. Nothing to build: a later {@link wake} asks again. */
  built(height: number, round: number, built: NamedBlock | undefined): Effect[] {
    return this.#react(() => {
      const open = this.#open;
      if (height !== this.#height || round !== open.round || open.step !== 'propose' || open.isDecided || open.own.has(`proposal:${round}`)) return;
      if (built === undefined) {
        open.isBuildWanted = true;
        // Alone there is nobody to wait for.
        if (this.#isAlone) this.#open = new OpenHeight(this.keepsConflictingVotes());
        return;
      }
      if (open.valid === undefined) this.#propose(built.hash, built.block, -1);
      else this.#proposeValid(round);
    });
  }

  /** The answer to `check`. */
  checked(height: number, hash: Hash, verdict: Verdict): Effect[] {
    return this.#react(() => {
      if (height === this.#height) this.#open.proposals.setVerdict(hash, verdict);
    });
  }

  /** The block after the head is final, by this machine's word or by certified blocks of others. */
  advance(head: ConsensusHead, rules: ChainRules): Effect[] {
    return this.#react(() => {
      assert(head.height > this.#head.height, `${this.#chain} does not go back from ${this.#head.height} to ${head.height}`);
      const early = head.height === this.#height ? this.#early : new Map<number, Uint8Array[]>();
      if (rules.validators !== this.#rules.validators) this.#rejoin?.askAgain(head.height);
      this.#head = head;
      this.#rules = rules;
      this.#self = indexOfValidator(rules, this.#publicKey);
      this.#open = new OpenHeight(this.keepsConflictingVotes());
      this.#early = new Map();
      this.#rejoinIfAnswered();
      this.#ask();
      for (const messages of early.values()) for (const message of messages) this.#receive(message);
    });
  }

  status(): ConsensusStatus {
    const { round, step } = this.#open;
    return {
      height: this.#height,
      round: Math.max(0, round),
      step,
      proposer: proposerAt(this.#rules, this.#height, Math.max(0, round)),
      ...(this.#lastVote === undefined ? {} : { lastVote: this.#lastVote }),
      ...(this.#isSilent && this.#abstain !== undefined ? { abstainsThrough: this.#abstain } : {}),
    };
  }

  // The rules that safety hangs on, each on its own so that a test can break it and see the simulator find the break.

  protected quorum(): number {
    return quorumOf(this.#rules.finality, this.#rules.validators.length);
  }

  /** Bound to another block than this, by a quorum that is newer than `validRound`. */
  protected isLockedAgainst(hash: Hash, validRound: number): boolean {
    const { locked } = this.#open;
    return locked !== undefined && locked.hash !== hash && locked.round > validRound;
  }

  protected hasProofOfLock(round: number, hash: Hash): boolean {
    return this.#open.votes.votesFor('prevote', round, hash).length >= this.quorum();
  }

  protected keepsConflictingVotes(): boolean {
    return true;
  }

  get #height(): number {
    return this.#head.height + 1;
  }

  get #isAlone(): boolean {
    return this.#rules.validators.length === 1;
  }

  /** Neither proposes nor votes at this height. */
  get #isSilent(): boolean {
    return this.#self < 0 || this.#abstain === 'unknown' || (this.#abstain !== undefined && this.#height <= this.#abstain);
  }

  /** Takes one input, follows the rules to where they rest, and hands out what came of it. */
  #react(input: () => void): Effect[] {
    input();
    this.#followRules();
    const effects = this.#out;
    this.#out = [];
    const said = this.#said;
    this.#said = [];
    // What was said must be known again before anybody can hear it; with nobody to hear it the block itself is enough.
    if (said.length === 0 || this.#isAlone) return effects;
    const record = this.#open.record(this.#heightOf(said));
    const messages = said.map((message): Effect => ({ do: 'send', to: 'all', message: encodeMessage(message) }));
    return [{ do: 'persist', ...record }, ...messages, ...effects];
  }

  #heightOf([first]: readonly (Proposal | Vote)[]): number {
    assert(first?.height === this.#height, 'all that is said in one step is of the open height');
    return first.height;
  }

  #receive(bytes: Uint8Array): void {
    let message: ConsensusMessage;
    try {
      message = decodeMessage(bytes);
    } catch {
      return this.#refuse('malformed');
    }
    if (message.kind === 'head') {
      if (message.height > this.#head.height) this.#out.push({ do: 'behind', height: message.height });
      return;
    }
    if (this.#self < 0) return this.#refuse('no validator here');
    if (message.kind !== 'question' && message.kind !== 'answer') {
      // At another height a place may be another validator's: only who brought the message can be meant.
      if (message.height < this.#height) return void this.#out.push({ do: 'send', to: 'sender', message: encodeMessage({ kind: 'head', height: this.#head.height }) });
      if (message.height > this.#height || this.#open.isDecided) return this.#takeEarly(message, bytes);
    }
    if (this.#rules.validators[message.sender] === undefined) return this.#refuse('unknown validator');
    // Of its own words only an old prevote can be news: somebody's proof of lock may hang on it after it was forgotten here.
    if (message.sender === this.#self && message.kind !== 'prevote') return this.#refuse('own');
    if (message.kind === 'question') return this.#answer(message);
    if (message.kind === 'answer') return this.#takeAnswer(message);
    if (message.kind === 'proposal') this.#takeProposal(message);
    else this.#takeVote(message);
  }

  /** A block that is almost final here, too, is waited for; who is further behind asks for blocks. */
  #takeEarly(message: Proposal | Vote, bytes: Uint8Array): void {
    const isNext = message.height <= this.#height + 1;
    const isSigned = this.#isSigned(message);
    // Signed by nobody known here, it may come from validators that this peer has not heard of: as good as a head hint.
    if (!isNext || !isSigned || this.#open.step === 'idle') this.#out.push({ do: 'behind', height: message.height - 1 });
    if (!isSigned) return this.#refuse('signature');
    if (!isNext) return;
    const kept = this.#early.get(message.sender) ?? [];
    const isProposal = message.kind === 'proposal';
    const same = kept.filter((other) => other[1] === bytes[1]).length;
    if (same >= (isProposal ? EARLY_PROPOSALS_MAX : EARLY_VOTES_MAX)) return this.#refuse('too early');
    kept.push(bytes);
    this.#early.set(message.sender, kept);
  }

  #takeProposal(proposal: Proposal): void {
    const { proposals } = this.#open;
    if (proposals.has(proposal)) return;
    if (proposerAt(this.#rules, proposal.height, Math.min(proposal.round, ROUND_MAX)) !== proposal.sender) return this.#refuse('not its turn');
    if (!this.#isSigned(proposal)) return this.#refuse('signature');
    const block = this.#ports.inspect(proposal.block);
    if (block === undefined || block.hash !== proposal.hash || block.height !== this.#height || block.previousHash !== this.#head.hash) return this.#refuse('not the next block');
    if (!this.#isNear(proposal)) return this.#beginIfCalled();
    const conflicting = proposals.findConflicting(proposal);
    if (conflicting !== undefined) this.#accuse(proposal.sender, conflicting, proposal);
    if (!proposals.add(proposal, (hash) => this.#mustStay(hash))) return this.#refuse('too many proposals');
    if (this.#open.step === 'idle') this.#startRound(0);
    else this.#armRepeat();
  }

  /** Among more blocks than can be kept: the one to be voted on, and those that a quorum went for. */
  #mustStay(hash: Hash): boolean {
    const { valid, proposals, round, votes } = this.#open;
    return hash === valid?.hash || hash === proposals.first(round)?.hash || votes.isBacked(hash, this.quorum());
  }

  #takeVote(vote: Vote): void {
    const { votes, proposals } = this.#open;
    if (votes.has(vote)) return;
    if (!this.#isSigned(vote)) return this.#refuse('signature');
    if (!this.#isNear(vote)) return this.#beginIfCalled();
    const { isNew, conflicting } = votes.add(vote, proposals.block(vote.hash) !== undefined);
    if (conflicting !== undefined) this.#accuse(vote.sender, conflicting, vote);
    if (!isNew) return this.#refuse('too many votes');
    this.#beginIfCalled();
  }

  /** One that lies alone cannot make the others begin. */
  #beginIfCalled(): void {
    if (this.#open.furthest.size < this.#believable) return;
    if (this.#open.step === 'idle') this.#startRound(0);
    else this.#armRepeat();
  }

  /** Somebody honest works on this height, too, or will when the block under vote is passed on, or a quorum once did. */
  get #isShared(): boolean {
    const { furthest, valid, proposals, round } = this.#open;
    return furthest.size >= this.#believable || valid !== undefined || proposals.first(round) !== undefined;
  }

  /** Notes how far the sender is; true when the round is one whose messages are kept. */
  #isNear({ sender, round }: Proposal | Vote): boolean {
    const open = this.#open;
    if (round > ROUND_MAX) {
      this.#refuse('round');
      return false;
    }
    if (sender !== this.#self) open.furthest.set(sender, Math.max(round, open.furthest.get(sender) ?? 0));
    const now = Math.max(0, open.round);
    if (round > now + ROUNDS_AHEAD) return false;
    return round >= now - ROUNDS_BACK || round === open.proposals.first(now)?.validRound;
  }

  get #believable(): number {
    return believableOf(this.#rules.finality, this.#rules.validators.length);
  }

  #followRules(): void {
    while (this.#open.step !== 'idle' && !this.#open.isDecided) {
      if (this.#decide()) return;
      if (!this.#skipRounds() && !this.#prevote() && !this.#lock() && !this.#precommitNil()) break;
    }
    this.#armVoteTimers();
  }

  /** A quorum of precommits for a block makes it final, in whatever round. True when the height is over. */
  #decide(): boolean {
    const open = this.#open;
    for (const round of open.votes.rounds()) {
      const hash = open.votes.findQuorum('precommit', round, this.quorum());
      const block = hash === undefined ? undefined : open.proposals.block(hash);
      if (hash === undefined || block === undefined) continue;
      const verdict = open.proposals.verdict(hash);
      if (verdict === 'bad') {
        open.isDecided = true;
        this.#out.push({ do: 'fault', height: this.#height, hash });
        return true;
      }
      if (verdict !== 'good') {
        this.#askCheck(hash, block, true);
        continue;
      }
      open.isDecided = true;
      const signatures = open.votes
        .votesFor('precommit', round, hash)
        .map(({ sender, signature }) => ({ validator: sender, signature }))
        .toSorted((a, b) => a.validator - b.validator);
      this.#out.push({ do: 'final', height: this.#height, hash, block, certificate: { round, signatures } });
      return true;
    }
    return false;
  }

  /** As many as cannot all lie are in a later round: nothing will come of this one. */
  #skipRounds(): boolean {
    const furthest = [...this.#open.furthest.values()].toSorted((a, b) => b - a);
    const round = furthest[this.#believable - 1];
    if (round === undefined || round <= this.#open.round) return false;
    this.#startRound(round);
    return true;
  }

  #prevote(): boolean {
    const { step, round, proposals } = this.#open;
    const proposal = step === 'propose' ? proposals.first(round) : undefined;
    if (proposal === undefined) return false;
    const { hash, validRound, block } = proposal;
    const isRepeated = validRound >= 0;
    if (isRepeated && !(validRound < round && this.hasProofOfLock(validRound, hash))) return false;
    const verdict = proposals.verdict(hash);
    if (verdict === undefined || (verdict === 'later' && isRepeated)) {
      this.#askCheck(hash, block, isRepeated);
      return false;
    }
    this.#vote('prevote', verdict === 'good' && !this.isLockedAgainst(hash, validRound) ? hash : NIL);
    return true;
  }

  /** A quorum of prevotes in this round binds whoever sees it. */
  #lock(): boolean {
    const open = this.#open;
    if (open.step === 'propose' || open.valid?.round === open.round) return false;
    const hash = open.votes.findQuorum('prevote', open.round, this.quorum());
    const block = hash === undefined ? undefined : open.proposals.block(hash);
    if (hash === undefined || block === undefined) return false;
    const verdict = open.proposals.verdict(hash);
    if (verdict === 'bad') return false;
    if (verdict !== 'good') {
      this.#askCheck(hash, block, true);
      return false;
    }
    open.setValid(open.round, hash, block);
    if (open.step === 'prevote') {
      open.locked = { round: open.round, hash };
      this.#vote('precommit', hash);
    }
    return true;
  }

  #precommitNil(): boolean {
    const open = this.#open;
    if (open.step !== 'prevote' || open.votes.votesFor('prevote', open.round, NIL).length < this.quorum()) return false;
    this.#vote('precommit', NIL);
    return true;
  }

  /** Once a quorum spoke, whatever it said, the rest gets a little time. */
  #armVoteTimers(): void {
    const open = this.#open;
    if (open.isDecided || open.step === 'idle' || this.#isAlone) return;
    for (const kind of ['prevote', 'precommit'] as const) {
      if (kind === 'prevote' && open.step !== 'prevote') continue;
      if (open.votes.voters(kind, open.round) < this.quorum() || !open.once(`${kind}:${open.round}`)) continue;
      this.#arm({ kind, height: this.#height, round: open.round }, this.#wait(this.#timeouts.voteMs, open.round));
    }
  }

  #startRound(round: number): void {
    const open = this.#open;
    const isFirst = open.step === 'idle';
    open.round = round;
    open.step = 'propose';
    open.isBuildWanted = false;
    // Whoever leaves a round has voted in it: so everybody can follow from honest votes alone, also after crashes.
    if (round > 0) for (const kind of ['prevote', 'precommit'] as const) if (!open.own.has(`${kind}:${round - 1}`)) this.#say({ kind, sender: this.#self, height: this.#height, round: round - 1, hash: NIL });
    open.forgetBelow(round - ROUNDS_BACK, this.quorum());
    this.#enterPropose(round);
    if (isFirst) this.#armRepeat();
  }

  #enterPropose(round: number): void {
    if (proposerAt(this.#rules, this.#height, round) === this.#self && !this.#open.own.has(`proposal:${round}`)) {
      if (this.#open.valid === undefined) this.#askBuild();
      else this.#proposeValid(round);
    }
    if (!this.#isAlone) this.#arm({ kind: 'propose', height: this.#height, round }, this.#wait(this.#timeouts.proposeMs, round));
  }

  #askBuild(): void {
    if (this.#isSilent) return;
    this.#open.isBuildWanted = false;
    this.#out.push({ do: 'build', height: this.#height, round: this.#open.round });
  }

  #proposeValid(round: number): void {
    const { valid, proposals } = this.#open;
    assert(valid !== undefined && valid.round < round, 'what is proposed again was voted for in an earlier round');
    const block = proposals.block(valid.hash);
    // After a crash at the wrong moment the body may be gone: others have it.
    if (block !== undefined) this.#propose(valid.hash, block, valid.round);
  }

  #propose(hash: Hash, block: Uint8Array, validRound: number): void {
    const { round, proposals } = this.#open;
    if (this.#isSilent) return;
    const proposal = this.#say({ kind: 'proposal', sender: this.#self, height: this.#height, round, validRound, hash, block });
    if (proposal === undefined || proposal.kind !== 'proposal') return;
    // Liars may have filled the book before its turn: their blocks make room for it.
    proposals.add(proposal, (other) => this.#mustStay(other));
    if (validRound < 0) proposals.setVerdict(hash, 'good');
    // Alone, the one signature is the whole agreement.
    if (this.#isAlone) this.#vote('precommit', hash);
  }

  #vote(kind: VoteKind, hash: Hash): void {
    this.#open.step = kind;
    const vote = this.#say({ kind, sender: this.#self, height: this.#height, round: this.#open.round, hash });
    if (vote !== undefined) this.#lastVote = { kind, height: vote.height, round: vote.round, hash };
  }

  /** Signs and remembers; says nothing while silent, and nothing twice. */
  #say(unsigned: Omit<Proposal, 'signature'> | Omit<Vote, 'signature'>): Proposal | Vote | undefined {
    const open = this.#open;
    const place = `${unsigned.kind}:${unsigned.round}`;
    if (this.#isSilent || open.own.has(place)) return undefined;
    // Alone, a proposal is heard by nobody: its signature would be made for nothing.
    const signature = this.#isAlone && unsigned.kind === 'proposal' ? new Uint8Array(0) : this.#ports.sign(statementOf(this.#chain, unsigned));
    const message = { ...unsigned, signature };
    open.own.set(place, message);
    if (message.kind !== 'proposal') open.votes.add(message, true);
    this.#said.push(message);
    return message;
  }

  /** Sends again what a validator that missed it, or was away, needs to come to where this one is. */
  #repeat(): void {
    const open = this.#open;
    const { proposals, votes } = open;
    const send = (to: number | 'all', message: ConsensusMessage): void => void this.#out.push({ do: 'send', to, message: encodeMessage(message) });
    const again = [proposals.first(open.round), open.valid === undefined ? undefined : proposals.findFor(open.valid.hash)];
    for (const proposal of new Set(again)) {
      if (proposal === undefined) continue;
      // Whole blocks only to whom nobody heard vote for them.
      this.#rules.validators.forEach((_, to) => {
        if (to !== this.#self && to !== proposal.sender && !votes.hasVotedFor(to, proposal.hash)) send(to, proposal);
      });
    }
    const said = [...open.own.values()].filter((message) => message.kind !== 'proposal' && message.round >= open.round - 2);
    // The own vote is part of the proof, however old: without it the proof is one vote short for everybody else.
    const proof = open.proofOfLock.filter((vote) => !said.some((message) => message.kind === 'prevote' && message.round === vote.round && message.sender === vote.sender));
    for (const message of [...proof, ...said]) send('all', message);
    this.#out.push({ do: 'remind' });
  }

  /**
   * Once it has its answers it waits for the block after them. When some count by then and others still do not, those may
   * be lies, and the truth of somebody else may have got lost: it asks again with each block.
   */
  #ask(): void {
    if (this.#rejoin === undefined || this.#self < 0) return;
    if (!this.#rejoin.isAnswered(this.quorum())) this.#armRepeat();
    else if (this.#rejoin.countUpTo(this.#head.height) < this.#believable) return;
    const question: Omit<Question, 'signature'> = { kind: 'question', sender: this.#self, nonce: this.#rejoin.nonce };
    const signature = this.#ports.sign(statementOf(this.#chain, question));
    this.#out.push({ do: 'send', to: 'all', message: encodeMessage({ ...question, signature }) });
  }

  #answer(question: Question): void {
    // Two that lost their memory would send each other to sleep too briefly: what this one took part in, it does not know.
    if (this.#abstain === 'unknown') return this.#refuse('asks one that forgot, too');
    if (!this.#isSigned(question)) return this.#refuse('signature');
    const answer: Omit<Answer, 'signature'> = { kind: 'answer', sender: this.#self, nonce: question.nonce, height: this.#head.height };
    const signature = this.#ports.sign(statementOf(this.#chain, answer));
    this.#out.push({ do: 'send', to: question.sender, message: encodeMessage({ ...answer, signature }) });
  }

  #takeAnswer(answer: Answer): void {
    if (this.#rejoin === undefined || Buffer.compare(answer.nonce, this.#rejoin.nonce) !== 0) return this.#refuse('nobody asked');
    if (!this.#isSigned(answer)) return this.#refuse('signature');
    this.#rejoin.answer(answer.sender, answer.height);
    if (answer.height > this.#head.height) this.#out.push({ do: 'behind', height: answer.height });
    this.#rejoinIfAnswered();
  }

  #rejoinIfAnswered(): void {
    const through = this.#rejoin?.findThrough(this.#head.height, this.quorum());
    if (through === undefined) return;
    this.#rejoin = undefined;
    this.#abstain = through;
    this.#out.push({ do: 'abstain', through });
  }

  #restore(bytes: Uint8Array, block: Uint8Array | undefined): void {
    const record = decodeRecord(bytes);
    if (record.height !== this.#height) return;
    const named = block === undefined ? undefined : this.#ports.inspect(block);
    this.#open.restore(record, named !== undefined && block !== undefined && named.hash === record.validHash ? block : undefined);
    const last = record.own.findLast((message): message is Vote => message.kind !== 'proposal');
    if (last !== undefined) this.#lastVote = { kind: last.kind, height: last.height, round: last.round, hash: last.hash };
  }

  #accuse(sender: number, first: Proposal | Vote, second: Proposal | Vote): void {
    const culprit = this.#rules.validators[sender];
    if (culprit !== undefined && this.#open.once(`evidence:${sender}:${first.kind}:${first.round}`)) this.#out.push({ do: 'evidence', evidence: evidenceOf(culprit.publicKey, first, second) });
  }

  #askCheck(hash: Hash, block: Uint8Array, isCertain: boolean): void {
    if (this.#open.proposals.ask(hash, isCertain)) this.#out.push({ do: 'check', height: this.#height, hash, block, isCertain });
  }

  #isSigned(message: Proposal | Vote | Question | Answer): boolean {
    const sender = this.#rules.validators[message.sender];
    return sender !== undefined && this.#ports.verify(sender.publicKey, statementOf(this.#chain, message), message.signature);
  }

  #armRepeat(): void {
    const open = this.#open;
    if (this.#isAlone || open.isRepeating) return;
    open.isRepeating = true;
    const { repeatMs, repeatMsMax } = this.#timeouts;
    this.#arm({ kind: 'repeat', height: this.#height, round: 0 }, Math.min(repeatMsMax, Math.round(repeatMs * 1.5 ** Math.min(open.repeats, 32))));
  }

  #wait(baseMs: number, round: number): number {
    return Math.min(this.#timeouts.waitMsMax, baseMs + this.#timeouts.growthMs * round);
  }

  #arm(timer: Timer, delayMs: number): void {
    this.#out.push({ do: 'timer', timer, delayMs });
  }

  #refuse(reason: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }
}
