import { decodeMessage, NIL, type ConsensusMessage, type Proposal, type Vote } from '../../core/consensus/messages';
import { proposerAt, quorumOf, type ChainRules } from '../../core/consensus/rules';
import type { Hash } from '../../core/types';
import { genesisTip, tipAfter, type Tip } from './chain-entry';
import { Liars } from './liars';
import type { Network, Packet } from './network';
import type { Peer } from './peer';
import type { Tactics } from './plan';
import { peerOf, type World } from './world';

const HEARD_MAX = 400;
const BLOCKS_MAX = 12;
const REACTIONS_MAX = 6;
const FLOOD = 40;

/** A height at which the others are to be set against each other. */
interface Attack {
  readonly height: number;
  readonly round: number;
  /** Shall be bound to the block of that round, and they alone hear of it. */
  readonly locked: ReadonlySet<number>;
  /** One of them: shall be alone in seeing it decided. Nobody hears of that. */
  readonly victim: number;
  hash: Hash | undefined;
}

/**
 * All Byzantine peers as one mind. It hears what is sent to any of them, knows the final chain, signs with their keys
 * alone, and may send again what it heard. Its lines neither lose nor cut, unless it wants them to; with `isScheduler`
 * it also decides until stabilisation who hears whom.
 */
export class Adversary {
  isSilent = false;
  readonly machines = new Map<number, readonly Peer[]>();
  readonly #world: World;
  readonly #tactics: Tactics;
  readonly #liars: ReadonlySet<number>;
  readonly #voice: Liars;
  readonly #heard: Uint8Array[] = [];
  readonly #blocks = new Map<number, Map<Hash, Uint8Array>>();
  /** By height and round: one each, that all who are to fall for it fall for the same. */
  readonly #badBlocks = new Map<string, Uint8Array>();
  readonly #reactions = new Map<string, number>();
  #attack: Attack | undefined;
  #victim = 0;
  /** With twins: which of the two each other peer talks to. */
  #sides: number[] = [];

  constructor(world: World, network: Network, liars: ReadonlySet<number>) {
    this.#world = world;
    this.#tactics = world.plan.tactics;
    this.#liars = liars;
    this.#voice = new Liars(world, network, liars);
    if (liars.size > 0) this.#plot();
  }

  /** Whether what a Byzantine peer's own machine sends may leave. */
  lets(to: number, packet: Packet, instance: number): boolean {
    const { random } = this.#world;
    const { withhold, run, lieInCatchUp, lieInAnswers } = this.#tactics;
    if (this.isSilent) return false;
    if (run === 'twins' && (this.#sides[to] ?? 0) !== instance && !this.#liars.has(to)) return false;
    if (packet.kind === 'blocks' && random.chance(lieInCatchUp)) return false;
    if (packet.kind === 'consensus' && packet.bytes[1] === 6 && lieInAnswers) return false;
    return !random.chance(withhold);
  }

  /** The machines of a Byzantine peer that a packet is for. */
  machinesFor(to: number, from: number): readonly Peer[] {
    const machines = this.machines.get(to) ?? [];
    return this.#tactics.run === 'twins' && !this.#liars.has(from) ? machines.filter((_, instance) => instance === (this.#sides[from] ?? 0)) : machines;
  }

  /** What it keeps from arriving; asked only until stabilisation. */
  hides(from: number, to: number, packet: Packet): boolean {
    if (!this.#tactics.isScheduler || this.#liars.size === 0 || this.#liars.has(to)) return false;
    const message = packet.kind === 'consensus' ? parse(packet.bytes) : undefined;
    if (message?.kind === 'proposal') this.#considerAttack(message);
    const attack = this.#attack;
    if (attack === undefined) return false;
    const isOfAttack = message !== undefined && 'round' in message && message.height === attack.height && message.round === attack.round;
    if (isOfAttack && message.kind === 'proposal') return !attack.locked.has(to);
    if (from !== attack.victim || packet.kind === 'transaction' || packet.kind === 'fetch') return false;
    return !(isOfAttack && message.kind === 'prevote');
  }

  hears(self: number, from: number, packet: Packet): void {
    const { random } = this.#world;
    if (this.isSilent || (this.#tactics.isQuietAtEnd && this.#world.isStable())) return;
    if (packet.kind === 'fetch' && random.chance(this.#tactics.lieInCatchUp)) this.#voice.serve(self, from, packet.ticket, packet.from);
    if (packet.kind !== 'consensus') return;
    if (this.#heard.length < HEARD_MAX) this.#heard.push(packet.bytes);
    else this.#heard[random.below(HEARD_MAX)] = packet.bytes;
    const message = parse(packet.bytes);
    if (message?.kind === 'question' && this.#tactics.lieInAnswers) this.#voice.answer(self, from, message.nonce);
    if (message?.kind === 'proposal' || message?.kind === 'prevote' || message?.kind === 'precommit') this.#react(self, message);
  }

  /** Every so often: another victim, other sides, and an attack that did not work is given up. */
  #plot(): void {
    const { random, queue, peers } = this.#world;
    if (this.isSilent) return;
    this.#attack = undefined;
    this.#victim = random.pick(this.#voice.others());
    this.#sides = Array.from({ length: peers }, () => random.below(2));
    queue.later(500 + random.below(random.pick([1_000, 3_000, 10_000])), () => this.#plot());
  }

  /** As many honest validators as, with the liars, are just a quorum, shall be bound to this block. */
  #considerAttack({ height, round, hash }: Proposal): void {
    const { random, checks } = this.#world;
    if (this.#attack !== undefined) {
      if (this.#attack.height === height && this.#attack.round === round) this.#attack.hash ??= hash;
      return;
    }
    if (height !== checks.tip.height + 1 || !random.chance(0.3)) return;
    const { rules } = checks.tip;
    const honest = rules.validators.map(({ name }) => peerOf(name)).filter((peer) => !this.#liars.has(peer));
    const shuffled = honest.map((peer) => ({ peer, at: random.next() })).toSorted((a, b) => a.at - b.at).map(({ peer }) => peer);
    const locked = shuffled.slice(0, quorumOf(rules.finality, rules.validators.length) - this.#voting(rules).length);
    const victim = locked[0];
    if (victim !== undefined) this.#attack = { height, round, locked: new Set(locked), victim, hash };
  }

  #react(self: number, message: Proposal | Vote): void {
    const { random } = this.#world;
    const { height, round } = message;
    const tip = this.#tipBefore(height);
    if (tip === undefined) return;
    const { rules } = tip;
    const blocks = this.#blocks.get(height) ?? new Map<Hash, Uint8Array>();
    this.#blocks.set(height, blocks);
    if (message.kind === 'proposal' && blocks.size < BLOCKS_MAX) blocks.set(message.hash, message.block);
    const tactics = this.#tactics;
    if (message.kind === 'proposal' && message.validRound >= 0 && random.chance(tactics.contradictProofs)) {
      for (const liar of this.#voting(rules)) this.#voice.vote(liar, rules, this.#voice.others(), { kind: 'prevote', height, round: message.validRound, hash: NIL }, 1);
    }
    const key = `${height}|${round}`;
    const count = this.#reactions.get(key) ?? 0;
    if (count >= REACTIONS_MAX) return;
    this.#reactions.set(key, count + 1);
    const does = (chance: number): boolean => random.chance(chance);
    if (this.#attack?.height === height) this.#pressAttack(this.#attack, tip, round, blocks);
    else if (does(tactics.hidePolka)) this.#hidePolka(tip, round, blocks);
    else if (does(tactics.lockOne)) this.#lockOne(tip, round, blocks);
    else {
      if (does(tactics.equivocateVotes)) this.#equivocateVotes(tip, round, blocks);
      for (const turn of [round, round + 1]) if (does(tactics.equivocateProposals)) this.#equivocateProposals(tip, turn, blocks);
    }
    if (does(tactics.voteForNothing)) {
      for (const liar of this.#voting(rules)) this.#voice.vote(liar, rules, this.#half()[0], { kind: random.pick(['prevote', 'precommit']), height, round, hash: this.#voice.inventHash() });
    }
    if (does(tactics.proposeBadBlocks)) for (const turn of [round, round + 1]) this.#proposeBadBlock(tip, turn);
    if (does(tactics.replay)) this.#voice.tell(self, random.below(this.#world.peers), random.pick(this.#heard));
    if (does(tactics.garbage)) this.#voice.sendGarbage(self, random.pick(this.#heard));
    if (does(tactics.lieAboutHeads)) this.#voice.lieAboutHead(self);
    if (does(tactics.flood)) this.#voice.flood(self, rules, height, round, FLOOD);
  }

  /** In the round of the attack: the block for those who shall be bound, nothing for the others. Later: anything else. */
  #pressAttack({ round: attacked, locked, victim, hash }: Attack, tip: Tip, round: number, blocks: Map<Hash, Uint8Array>): void {
    const { random } = this.#world;
    const { rules, height: before } = tip;
    const height = before + 1;
    const others = this.#voice.others().filter((peer) => peer !== victim);
    const free = others.filter((peer) => !locked.has(peer));
    for (const liar of this.#voting(rules)) {
      if (round === attacked && hash !== undefined) {
        this.#voice.vote(liar, rules, [...locked], { kind: 'prevote', height, round, hash });
        this.#voice.vote(liar, rules, [victim], { kind: 'precommit', height, round, hash });
        this.#voice.vote(liar, rules, free, { kind: 'prevote', height, round, hash: NIL });
        this.#voice.vote(liar, rules, others, { kind: 'precommit', height, round, hash: NIL });
      }
      if (round <= attacked) continue;
      for (const other of blocks.keys()) {
        if (other === hash) continue;
        for (const kind of ['prevote', 'precommit'] as const) this.#voice.vote(liar, rules, others, { kind, height, round, hash: other });
      }
    }
    for (const turn of [round, round + 1]) {
      const liar = turn > attacked ? this.#liarAtTurn(rules, height, turn) : undefined;
      if (liar !== undefined) this.#propose(liar, tip, others, turn, random.chance(this.#tactics.forgeProofOfLock) ? attacked : -1, blocks);
    }
  }

  /** Different votes for the two halves of the others. */
  #equivocateVotes({ rules, height: before }: Tip, round: number, blocks: ReadonlyMap<Hash, Uint8Array>): void {
    const { random } = this.#world;
    const choices = [...blocks.keys(), NIL];
    for (const liar of this.#voting(rules)) {
      const halves = this.#half();
      for (const kind of ['prevote', 'precommit'] as const) {
        if (random.chance(0.3)) continue;
        for (const half of halves) this.#voice.vote(liar, rules, half, { kind, height: before + 1, round, hash: random.pick(choices) });
      }
    }
  }

  #equivocateProposals(tip: Tip, round: number, blocks: Map<Hash, Uint8Array>): void {
    const { random } = this.#world;
    const liar = this.#liarAtTurn(tip.rules, tip.height + 1, round);
    if (liar === undefined) return;
    for (const half of this.#half()) {
      const validRound = random.chance(this.#tactics.forgeProofOfLock) && round > 0 ? random.below(round) : -1;
      const isOld = blocks.size > 0 && random.chance(0.3);
      this.#propose(liar, tip, half, round, validRound, blocks, isOld ? random.pick([...blocks.values()]) : undefined);
    }
  }

  /**
   * Locks some on every block there is, lets one victim among them see that it was decided, tells the others that
   * nothing was, and proposes another block as soon as it can, with a proof of lock that it has not.
   */
  #hidePolka(tip: Tip, round: number, blocks: Map<Hash, Uint8Array>): void {
    const { random } = this.#world;
    const { rules, height: before } = tip;
    const height = before + 1;
    const others = this.#voice.others().filter((peer) => peer !== this.#victim);
    const isAll = random.chance(0.3);
    const locked = [this.#victim, ...others.filter(() => isAll || random.chance(0.5))];
    const free = others.filter((peer) => !locked.includes(peer));
    for (const liar of this.#voting(rules)) {
      for (const hash of blocks.keys()) {
        this.#voice.vote(liar, rules, locked, { kind: 'prevote', height, round, hash });
        this.#voice.vote(liar, rules, [this.#victim], { kind: 'precommit', height, round, hash });
      }
      this.#voice.vote(liar, rules, free, { kind: 'prevote', height, round, hash: NIL });
      this.#voice.vote(liar, rules, others, { kind: 'precommit', height, round, hash: NIL });
    }
    for (const turn of [round, round + 1]) {
      const liar = this.#liarAtTurn(rules, height, turn);
      if (liar !== undefined) this.#propose(liar, tip, random.chance(0.5) ? others : this.#voice.others(), turn, random.chance(0.5) ? turn - 1 : -1, blocks);
    }
  }

  /** One peer is bound to what nobody else can see a quorum for. */
  #lockOne({ rules, height: before }: Tip, round: number, blocks: ReadonlyMap<Hash, Uint8Array>): void {
    const height = before + 1;
    const others = this.#voice.others().filter((peer) => peer !== this.#victim);
    for (const liar of this.#voting(rules)) {
      this.#voice.vote(liar, rules, others, { kind: 'prevote', height, round, hash: NIL });
      for (const hash of blocks.keys()) this.#voice.vote(liar, rules, [this.#victim], { kind: 'prevote', height, round, hash });
      this.#voice.vote(liar, rules, this.#voice.others(), { kind: 'precommit', height, round, hash: NIL });
    }
  }

  #proposeBadBlock(tip: Tip, round: number): void {
    const liar = this.#liarAtTurn(tip.rules, tip.height + 1, round);
    if (liar === undefined) return;
    const { random, voices } = this.#world;
    const height = tip.height + 1;
    const place = `${height}|${round}`;
    const block = this.#badBlocks.get(place) ?? this.#voice.makeBadBlock(tip);
    this.#badBlocks.set(place, block);
    const to = random.chance(0.5) ? this.#half()[0] : this.#voice.others();
    this.#voice.propose(liar, tip.rules, to, height, round, random.chance(0.3) ? round - 1 : -1, block);
    for (const voter of this.#voting(tip.rules)) for (const kind of ['prevote', 'precommit'] as const) this.#voice.vote(voter, tip.rules, to, { kind, height, round, hash: voices.nameOf(block) });
  }

  #propose(liar: number, tip: Tip, to: readonly number[], round: number, validRound: number, blocks: Map<Hash, Uint8Array>, old?: Uint8Array): void {
    const block = old ?? this.#voice.makeBlock(tip, {});
    if (blocks.size < BLOCKS_MAX) blocks.set(this.#world.voices.nameOf(block), block);
    this.#voice.propose(liar, tip.rules, to, tip.height + 1, round, validRound, block);
  }

  /** Where the chain stands for those who have not got this height; undefined when nobody has the one before. */
  #tipBefore(height: number): Tip | undefined {
    const { checks, genesisRules } = this.#world;
    if (height === checks.tip.height + 1) return checks.tip;
    const before = checks.chain[height - 2];
    if (height === 1) return genesisTip(genesisRules);
    return before === undefined || height > checks.tip.height ? undefined : tipAfter(before);
  }

  #liarAtTurn(rules: ChainRules, height: number, round: number): number | undefined {
    const name = rules.validators[proposerAt(rules, height, round)]?.name;
    return name !== undefined && this.#liars.has(peerOf(name)) ? peerOf(name) : undefined;
  }

  /** Liars that have a vote. */
  #voting(rules: ChainRules): number[] {
    return rules.validators.map(({ name }) => peerOf(name)).filter((peer) => this.#liars.has(peer));
  }

  #half(): readonly [number[], number[]] {
    const sides: [number[], number[]] = [[], []];
    for (const peer of this.#voice.others()) sides[this.#world.random.below(2) === 0 ? 0 : 1].push(peer);
    return sides;
  }
}

function parse(bytes: Uint8Array): ConsensusMessage | undefined {
  try {
    return decodeMessage(bytes);
  } catch {
    // Garbage of its own making.
    return undefined;
  }
}
