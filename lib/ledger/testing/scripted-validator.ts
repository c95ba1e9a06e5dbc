import { Consensus, type ConsensusStart } from '../core/consensus/consensus';
import type { ConsensusHead, Effect, NamedBlock, Timer, TimerKind, Verdict } from '../core/consensus/effects';
import { decodeMessage, encodeMessage, NIL, statementOf, type ConsensusMessage, type Proposal, type Vote, type VoteKind } from '../core/consensus/messages';
import type { ChainRules, Finality } from '../core/consensus/rules';
import { chainId, hash, type Hash } from '../core/types';
import { fakeBlock, fakeRules, fakeSign, fakeVerify, inspectFakeBlock } from './fake-validators';

export const SCRIPT_CHAIN = chainId('tide-4417');
/** The open height is 16: with four validators round r is V(r mod 4)'s turn. */
export const SCRIPT_HEAD: ConsensusHead = { height: 15, hash: hash('15'.repeat(32)) };

export interface ScriptOptions {
  readonly finality: Finality;
  readonly count: number;
  /** Place of the validator under test; beyond the others: it is none. */
  readonly self: number;
  readonly start?: Partial<Omit<ConsensusStart, 'chain' | 'publicKey'>>;
}

/**
 * One real validator among others that a test speaks for. Every input answers with what the validator wants done, one
 * line for each effect; blocks go by the names that the test gave them.
 */
export class ScriptedValidator {
  readonly rules: ChainRules;
  readonly core: Consensus;
  readonly self: number;
  /** What was last to be persisted. */
  kept: { record?: Uint8Array; block?: Uint8Array } = {};
  /** All that this validator ever said to others, by kind, height and round: for its places. */
  readonly said = new Map<string, Set<Hash>>();
  readonly #options: ScriptOptions;
  readonly #names = new Map<Hash, string>([[NIL, 'nil']]);
  #head: ConsensusHead;
  #effects: readonly Effect[] = [];

  constructor(options: ScriptOptions) {
    const { finality, count, self, start = {} } = options;
    this.#options = options;
    this.self = self;
    this.rules = start.rules ?? fakeRules(finality, count);
    this.#head = start.head ?? SCRIPT_HEAD;
    const publicKey = this.#keyOf(self);
    this.core = new Consensus(
      { chain: SCRIPT_CHAIN, publicKey, head: this.#head, rules: this.rules, ...start },
      { sign: (statement) => fakeSign(publicKey, statement), verify: fakeVerify, inspect: inspectFakeBlock },
    );
  }

  /** The same validator after a crash: all that it knows is what it kept, or what is left of that. */
  restarted(start: ScriptOptions['start'] = {}, kept: ScriptedValidator['kept'] = this.kept): ScriptedValidator {
    const again = new ScriptedValidator({ ...this.#options, start: { ...this.#options.start, head: this.#head, ...kept, ...start } });
    again.kept = kept;
    for (const [place, hashes] of this.said) again.said.set(place, hashes);
    for (const [name, text] of this.#names) again.#names.set(name, text);
    return again;
  }

  /** A block of the open height. */
  block(name: string): NamedBlock {
    const block = fakeBlock(this.#head, name);
    this.#names.set(block.hash, name);
    return block;
  }

  proposal(sender: number, round: number, block: NamedBlock, { validRound = -1, height = this.#head.height + 1 } = {}): Uint8Array {
    const unsigned = { kind: 'proposal' as const, sender, height, round, validRound, ...block };
    return encodeMessage({ ...unsigned, signature: fakeSign(this.#keyOf(sender), statementOf(SCRIPT_CHAIN, unsigned)) });
  }

  vote(kind: VoteKind, sender: number, round: number, name: Hash, height = this.#head.height + 1): Uint8Array {
    const unsigned = { kind, sender, height, round, hash: name };
    return encodeMessage({ ...unsigned, signature: fakeSign(this.#keyOf(sender), statementOf(SCRIPT_CHAIN, unsigned)) });
  }

  answer(sender: number, nonce: Uint8Array, height: number): Uint8Array {
    const unsigned = { kind: 'answer' as const, sender, nonce, height };
    return encodeMessage({ ...unsigned, signature: fakeSign(this.#keyOf(sender), statementOf(SCRIPT_CHAIN, unsigned)) });
  }

  question(sender: number, nonce: Uint8Array): Uint8Array {
    const unsigned = { kind: 'question' as const, sender, nonce };
    return encodeMessage({ ...unsigned, signature: fakeSign(this.#keyOf(sender), statementOf(SCRIPT_CHAIN, unsigned)) });
  }

  receive(...messages: Uint8Array[]): string[] {
    return messages.flatMap((message) => this.#tell(this.core.receive(message)));
  }

  /** Votes of several for one block, one after another. */
  votes(kind: VoteKind, senders: readonly number[], round: number, name: Hash): string[] {
    return this.receive(...senders.map((sender) => this.vote(kind, sender, round, name)));
  }

  resume(): string[] {
    return this.#tell(this.core.resume());
  }

  wake(): string[] {
    return this.#tell(this.core.wake());
  }

  built(round: number, block: NamedBlock | undefined): string[] {
    return this.#tell(this.core.built(this.#head.height + 1, round, block));
  }

  checked(block: NamedBlock, verdict: Verdict): string[] {
    return this.#tell(this.core.checked(this.#head.height + 1, block.hash, verdict));
  }

  timeout(kind: TimerKind, round = 0): string[] {
    const timer: Timer = { kind, height: this.#head.height + 1, round };
    return this.#tell(this.core.onTimer(timer));
  }

  advance(block: NamedBlock, rules: ChainRules = this.rules, by = 1): string[] {
    this.#head = { height: this.#head.height + by, hash: block.hash };
    return this.#tell(this.core.advance(this.#head, rules));
  }

  /** The effects of the last input. */
  get effects(): readonly Effect[] {
    return this.#effects;
  }

  #tell(effects: readonly Effect[]): string[] {
    this.#effects = effects;
    return effects.map((effect, at) => this.#describe(effect, at));
  }

  #describe(effect: Effect, at: number): string {
    switch (effect.do) {
      case 'persist':
        if (at !== 0) throw new Error('what is to be known again comes before all that may be heard');
        this.kept = { ...this.kept, record: effect.record, ...(effect.block === undefined ? {} : { block: effect.block }) };
        return effect.block === undefined ? 'persist' : 'persist with a block';
      case 'send': {
        const message = decodeMessage(effect.message);
        this.#note(message);
        return `to ${effect.to}: ${this.#describeMessage(message)}`;
      }
      case 'timer':
        return `timer ${effect.timer.kind} ${effect.timer.round}`;
      case 'build':
        return `build ${effect.round}`;
      case 'check':
        return `check ${this.#nameOf(effect.hash)}${effect.isCertain ? ' for certain' : ''}`;
      case 'final':
        return `final ${this.#nameOf(effect.hash)} in ${effect.certificate.round} by ${effect.certificate.signatures.map(({ validator }) => validator).join()}`;
      case 'fault':
        return `fault ${this.#nameOf(effect.hash)}`;
      case 'behind':
        return `behind ${effect.height}`;
      case 'evidence':
        return `evidence of V${this.rules.validators.findIndex(({ publicKey }) => publicKey === effect.evidence.culprit)}: ${effect.evidence.kind} ${effect.evidence.round}`;
      case 'abstain':
        return `abstain ${effect.through}`;
      case 'remind':
        return 'remind';
    }
  }

  #describeMessage(message: ConsensusMessage): string {
    switch (message.kind) {
      case 'head':
      case 'answer':
        return `${message.kind} ${message.height}`;
      case 'question':
        return 'question';
      default: {
        const valid = message.kind === 'proposal' && message.validRound >= 0 ? ` of ${message.validRound}` : '';
        const whose = message.sender === this.self ? '' : ` by V${message.sender}`;
        return `${message.kind} ${message.round} ${this.#nameOf(message.hash)}${valid}${whose}`;
      }
    }
  }

  #note(message: ConsensusMessage): void {
    if (message.kind === 'head' || message.kind === 'question' || message.kind === 'answer' || message.sender !== this.self) return;
    const place = `${message.kind} ${message.height} ${message.round}`;
    this.said.set(place, (this.said.get(place) ?? new Set()).add(message.hash));
  }

  #nameOf(name: Hash): string {
    return this.#names.get(name) ?? name.slice(0, 8);
  }

  #keyOf(at: number): Uint8Array {
    return this.rules.validators[at]?.publicKey ?? Buffer.from(`key of V${at}`);
  }
}

/** Messages that a scripted validator sent, decoded. */
export function messagesOf({ effects }: Pick<ScriptedValidator, 'effects'>): { readonly to: number | 'all' | 'sender'; readonly message: ConsensusMessage | Proposal | Vote }[] {
  return effects.flatMap((effect) => (effect.do === 'send' ? [{ to: effect.to, message: decodeMessage(effect.message) }] : []));
}
