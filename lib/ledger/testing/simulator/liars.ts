import type { CertificateSignature } from '../../core/consensus/certificate';
import { encodeMessage, statementOf, type Vote } from '../../core/consensus/messages';
import { encodeRules, indexOfValidator, quorumOf, type ChainRules } from '../../core/consensus/rules';
import { precommitStatement } from '../../core/consensus/statements';
import { chainId, type Hash } from '../../core/types';
import type { Served } from './catch-up';
import type { Tip } from './chain-entry';
import { EPOCH_MS } from './machine-times';
import type { Network } from './network';
import { encodeBlock, NO_RULES, type TinyBlock } from './tiny-block';
import type { World } from './world';

/** What Byzantine peers can say: whatever their own keys sign, whatever they heard, and nonsense. */
export class Liars {
  readonly #world: World;
  readonly #network: Network;
  readonly #liars: ReadonlySet<number>;

  constructor(world: World, network: Network, liars: ReadonlySet<number>) {
    this.#world = world;
    this.#network = network;
    this.#liars = liars;
  }

  /** Everybody who is honest. */
  others(): number[] {
    return Array.from({ length: this.#world.peers }, (_, peer) => peer).filter((peer) => !this.#liars.has(peer));
  }

  tell(from: number, to: number, bytes: Uint8Array, delayMs?: number): void {
    const { random } = this.#world;
    if (this.#liars.has(to)) return;
    this.#network.whisper(from, to, { kind: 'consensus', bytes }, delayMs ?? 1 + random.below(random.pick([5, 60, 400])));
  }

  vote(liar: number, rules: ChainRules, to: readonly number[], vote: Omit<Vote, 'sender' | 'signature'>, delayMs?: number): void {
    const { chain, voices } = this.#world;
    const sender = indexOfValidator(rules, voices.publicKeyOf(liar));
    if (sender < 0 || to.length === 0) return;
    const bytes = encodeMessage({ ...vote, sender, signature: voices.sign(liar, statementOf(chain, { ...vote, sender })) });
    for (const one of to) this.tell(liar, one, bytes, delayMs);
  }

  propose(liar: number, rules: ChainRules, to: readonly number[], height: number, round: number, validRound: number, block: Uint8Array): void {
    const { chain, voices } = this.#world;
    const sender = indexOfValidator(rules, voices.publicKeyOf(liar));
    const proposal = { kind: 'proposal', sender, height, round, validRound: Math.max(-1, validRound), hash: voices.nameOf(block) } as const;
    const bytes = encodeMessage({ ...proposal, block, signature: voices.sign(liar, statementOf(chain, proposal)) });
    for (const one of to) this.tell(liar, one, bytes);
  }

  /** A block on top of the tip that everybody finds good, but for the changes. */
  makeBlock(tip: Tip, changes: Partial<TinyBlock>): Uint8Array {
    const { random, queue, framework } = this.#world;
    const transactions = framework.drawForLiars();
    return encodeBlock({
      height: tip.height + 1,
      previousHash: tip.hash,
      timeMs: Math.max(tip.timeMs, EPOCH_MS + queue.now),
      engineVersion: tip.rules.engineVersion,
      state: framework.foresee(tip, changes.transactions ?? transactions),
      salt: random.below(2 ** 32),
      transactions,
      nextRules: NO_RULES,
      ...changes,
    });
  }

  /** A block with one thing wrong, each another time. */
  makeBadBlock(tip: Tip): Uint8Array {
    const { random, checks, queue } = this.#world;
    const known = [...checks.included];
    const { rules } = tip;
    return random.pick([
      () => this.makeBlock(tip, { state: random.below(2 ** 32) }),
      () => this.makeBlock(tip, { height: tip.height + random.below(3) }),
      () => this.makeBlock(tip, { previousHash: this.inventHash() }),
      () => this.makeBlock(tip, { timeMs: EPOCH_MS + queue.now + random.below(60_000) }),
      () => this.makeBlock(tip, { timeMs: 0 }),
      () => this.makeBlock(tip, { engineVersion: rules.engineVersion + 1 }),
      () => this.makeBlock(tip, { transactions: known.length > 0 ? [random.pick(known)] : [1, 1] }),
      () => this.makeBlock(tip, { transactions: [], nextRules: encodeRules({ ...rules, finality: 'solo', validators: rules.validators.slice(0, 1) }) }),
      () => this.makeBlock(tip, { transactions: [], nextRules: random.bytes(20) }),
      () => random.bytes(40),
    ])();
  }

  sendGarbage(from: number, genuine: Uint8Array): void {
    const { random, peers } = this.#world;
    const changed = Uint8Array.from(genuine);
    changed[random.below(Math.min(60, changed.length))] = random.below(256);
    const bytes = random.pick([
      () => genuine.subarray(0, random.below(genuine.length)),
      () => Buffer.concat([genuine, random.bytes(1 + random.below(40))]),
      () => changed,
      () => random.bytes(random.below(200)),
      () => new Uint8Array(0),
      () => Buffer.alloc(70_000, 1),
      () => this.#voteElsewhere(from),
    ])();
    this.tell(from, random.below(peers), bytes);
  }

  /** Heights that nobody has. */
  lieAboutHead(from: number): void {
    const { random, peers, checks } = this.#world;
    const height = checks.tip.height + 1 + random.below(random.pick([3, 1_000_000]));
    const to = random.below(peers);
    if (random.chance(0.5)) this.tell(from, to, encodeMessage({ kind: 'head', height }));
    else if (!this.#liars.has(to)) this.#network.whisper(from, to, { kind: 'head', height, wantsAnswer: random.chance(0.5) }, 1 + random.below(20));
  }

  /** More votes than anybody needs: for unknown blocks, far rounds, other heights. */
  flood(from: number, rules: ChainRules, height: number, round: number, count: number): void {
    const { random } = this.#world;
    const to = [random.pick(this.others())];
    for (let sent = 0; sent < count; sent += 1) {
      this.vote(from, rules, to, {
        kind: random.pick(['prevote', 'precommit']),
        height: height + (random.chance(0.2) ? random.below(4) : 0),
        round: random.pick([round, random.below(40), random.below(2 ** 31)]),
        hash: this.inventHash(),
      });
    }
  }

  /** To a peer that lost its memory: a height that is too low or does not exist. */
  answer(from: number, to: number, nonce: Uint8Array): void {
    const { random, chain, voices, checks } = this.#world;
    const { height: head, rules } = checks.tip;
    const height = random.pick([0, 0, random.below(head + 1), head + 1 + random.below(10), 2 ** 40]);
    const sender = indexOfValidator(rules, voices.publicKeyOf(from));
    if (sender < 0) return;
    const answer = { kind: 'answer', sender, nonce, height } as const;
    this.tell(from, to, encodeMessage({ ...answer, signature: voices.sign(from, statementOf(chain, answer)) }));
  }

  /** To a peer that catches up: blocks with the certificates of others, too few signatures, one signature many times, made-up blocks. */
  serve(from: number, to: number, ticket: number, first: number): void {
    const { random, checks } = this.#world;
    const real = checks.chain.slice(first - 1, first + 3);
    const made = this.#forge(first);
    const blocks = random.pick<() => readonly Served[]>([
      () => [],
      () => real.map((entry, at) => ({ bytes: entry.bytes, certificate: (real[at + 1] ?? entry).certificate })),
      () => real.toReversed(),
      () => real.map(({ bytes, certificate }) => ({ bytes, certificate: { ...certificate, signatures: certificate.signatures.slice(1) } })),
      () => real.map(({ bytes, certificate }) => ({ bytes, certificate: { ...certificate, signatures: certificate.signatures.map(() => certificate.signatures[0] as CertificateSignature) } })),
      () => made,
      () => [{ bytes: random.bytes(80), certificate: { round: 0, signatures: [] } }],
      () => Array.from({ length: 50 }, () => made).flat(),
    ])();
    this.#network.whisper(from, to, { kind: 'blocks', ticket, blocks }, 1 + random.below(20));
  }

  /** A vote that is signed well, for another sub-chain. */
  #voteElsewhere(liar: number): Uint8Array {
    const { checks, voices } = this.#world;
    const vote = { kind: 'prevote', sender: Math.max(0, indexOfValidator(checks.tip.rules, voices.publicKeyOf(liar))), height: checks.tip.height + 1, round: 0, hash: this.inventHash() } as const;
    return encodeMessage({ ...vote, signature: voices.sign(liar, statementOf(chainId('another'), vote)) });
  }

  inventHash(): Hash {
    return this.#world.voices.nameOf(this.#world.random.bytes(8));
  }

  /** A block that was never agreed on, with all the signatures that liars can give, in as many places as are wanted. */
  #forge(height: number): readonly Served[] {
    const { checks, chain, voices } = this.#world;
    const parent = checks.chain[height - 2];
    const rules = checks.chain[height - 1]?.rules ?? checks.tip.rules;
    if (height > 1 && parent === undefined) return [];
    const bytes = this.makeBlock(checks.tip, { height, ...(parent === undefined ? {} : { previousHash: parent.hash }) });
    const statement = precommitStatement(chain, height, 0, voices.nameOf(bytes));
    const liars = [...this.#liars];
    const signatures = Array.from({ length: quorumOf(rules.finality, rules.validators.length) }, (_, validator) => {
      const liar = liars.find((one) => indexOfValidator(rules, voices.publicKeyOf(one)) === validator) ?? (liars[0] as number);
      return { validator, signature: voices.sign(liar, statement) };
    });
    return [{ bytes, certificate: { round: 0, signatures } }];
  }
}
