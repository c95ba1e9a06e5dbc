import { Consensus, type ConsensusStart } from '../../core/consensus/consensus';
import { findCertificateFault } from '../../core/consensus/certificate';
import type { ConsensusPorts, Effect, Timer, Verdict } from '../../core/consensus/effects';
import { indexOfValidator, quorumOf, type ChainRules } from '../../core/consensus/rules';
import type { Hash } from '../../core/types';
import { CatchUp, SERVED_MAX, type Served } from './catch-up';
import { entryOn, genesisTip, tipAfter, type ChainEntry, type Tip } from './chain-entry';
import { short } from './checks';
import { Disk, type Write } from './disk';
import type { Packet } from './network';
import { decodeBlock, encodeBlock, execute, NO_RULES, readNextRules, type TinyBlock } from './tiny-block';
import { peerOf, type World } from './world';

/** Genesis of simulated time: room for clocks that are behind. */
export const EPOCH_MS = 1_000_000;
const AHEAD_MS_MAX = 2_000;
const TRANSACTIONS_A_BLOCK = 5;
/** Waiting transactions that are passed on again at a time. */
const REMINDED_MAX = 10;
const WANTED_MS = 10_000;
/** With solo finality: blocks that may wait for the disk. */
const UNSYNCED_MAX = 2;
export const OLD_PROGRAM = 1;
export const NEW_PROGRAM = 2;

/** An effect, and what it means by places: the rules and the sender of the message that it came of. */
interface Asked {
  readonly effect: Effect;
  readonly rules: ChainRules;
  readonly from: number | undefined;
}

/** One honest machine: the driver of the core, with a disk that outlives it. Byzantine peers may run one, too. */
export class Peer {
  readonly index: number;
  isUp = false;
  /** Gave up for good: the chain went on under rules that its program does not know. */
  isStopped = false;
  program = NEW_PROGRAM;
  tip: Tip;
  core: Consensus | undefined;
  lives = 0;
  readonly waiting = new Set<number>();
  readonly #world: World;
  /** Byzantine peers may run two machines with one key. */
  readonly #instance: number;
  readonly #isHonest: boolean;
  readonly #disk: Disk;
  #chain: ChainEntry[] = [];
  #included = new Set<number>();
  #approved: Uint8Array | undefined;
  #wantedUntilMs = 0;
  #queue: Asked[] = [];
  #barrier = 0;
  #isDraining = false;
  /** Blocks that this life executed and found good, or built. */
  #good = new Set<Hash>();
  #catchUp: CatchUp;
  #isReminding = false;

  constructor(world: World, index: number, instance: number, isHonest: boolean) {
    this.#world = world;
    this.index = index;
    this.#instance = instance;
    this.#isHonest = isHonest;
    this.tip = genesisTip(world.genesisRules);
    this.#disk = new Disk({
      later: (delayMs, run) => world.queue.later(delayMs, run),
      syncMs: () => {
        const { usualMs, slow, slowMs } = world.plan.disk;
        return !world.isStable() && world.random.chance(slow) ? world.random.below(slowMs) : world.random.below(usualMs + 1);
      },
      onSynced: (writes) => this.#onSynced(writes),
    });
    this.#catchUp = this.#createCatchUp();
  }

  get publicKey(): Uint8Array {
    return this.#world.voices.publicKeyOf(this.index);
  }

  get isValidator(): boolean {
    return indexOfValidator(this.tip.rules, this.publicKey) >= 0;
  }

  /** Reads its disk and goes on where that ends. */
  start(): void {
    const world = this.#world;
    this.lives += 1;
    this.isUp = true;
    this.isStopped = false;
    const { blocks, approved } = this.#disk.kept;
    this.#chain = [...blocks];
    this.#included = new Set(blocks.flatMap(({ block }) => block.transactions));
    const last = blocks.at(-1);
    this.tip = last === undefined ? genesisTip(world.genesisRules) : tipAfter(last);
    // Its block may have become durable and the note that it is done may not.
    this.#approved = approved !== undefined && this.hasConfig(approved) ? undefined : approved;
    this.waiting.clear();
    this.#queue = [];
    this.#barrier = 0;
    this.#good = new Set();
    this.#isReminding = false;
    this.#catchUp = this.#createCatchUp();
    this.core = undefined;
    this.#log('starts', () => `at height ${this.tip.height}`, this.tip.height);
    this.#openCore();
    this.hello();
  }

  crash(): void {
    if (!this.isUp) return;
    this.#log('crashes', () => '');
    this.isUp = false;
    this.core = undefined;
    this.#queue = [];
    for (const write of this.#disk.crash(this.#world.random)) this.#noteDurable(write);
  }

  /** Only while down: an old copy of `share` of its blocks is all that is left. */
  loseDisk(share: number): void {
    const blocks = Math.floor(this.#disk.kept.blocks.length * share);
    this.#log('loses its disk', () => `keeps ${blocks} blocks`, blocks);
    this.#disk.lose(blocks);
    if (this.#world.plant.rejoinsNaively === true) this.#disk.kept.abstain = undefined;
  }

  /** Tells everybody how far it is, as whenever a connection comes up. */
  hello(): void {
    if (!this.isUp) return;
    for (let to = 0; to < this.#world.peers; to += 1) if (to !== this.index) this.#send(to, { kind: 'head', height: this.#syncedHeight, wantsAnswer: true });
  }

  receive(from: number, packet: Packet): void {
    if (!this.isUp) return;
    switch (packet.kind) {
      case 'consensus':
        this.#input((core) => core.receive(packet.bytes), from);
        break;
      case 'transaction':
        this.#takeTransaction(packet.id);
        break;
      case 'head':
        if (packet.height > this.tip.height) this.#catchUp.want(packet.height, from);
        else if (packet.wantsAnswer && packet.height < this.#syncedHeight) this.#send(from, { kind: 'head', height: this.#syncedHeight, wantsAnswer: false });
        break;
      case 'fetch': {
        const blocks = this.#disk.kept.blocks.slice(packet.from - 1, packet.from - 1 + SERVED_MAX);
        this.#send(from, { kind: 'blocks', ticket: packet.ticket, blocks });
        break;
      }
      case 'blocks':
        this.#catchUp.answer(from, packet.ticket, packet.blocks);
    }
  }

  /** A client's transaction: passed on to everybody, until it is in a block. */
  offer(id: number): void {
    if (!this.isUp || this.#included.has(id)) return;
    this.#gossip(id);
    this.#takeTransaction(id);
  }

  /** The operator of this peer wants these rules. */
  approve(rules: Uint8Array): void {
    if (!this.isUp || this.hasConfig(rules)) return;
    this.#wantedUntilMs = this.#world.queue.now + WANTED_MS;
    if (this.#approved !== undefined && Buffer.compare(this.#approved, rules) === 0) return this.#input((core) => core.wake());
    this.#log('approves', () => `new rules`, rules.length);
    this.#approved = rules;
    this.#disk.write({ kind: 'approved', rules });
    this.#input((core) => core.wake());
  }

  hasConfig(rules: Uint8Array): boolean {
    return this.#chain.some(({ block }) => block.nextRules.length > 0 && Buffer.compare(block.nextRules, rules) === 0);
  }

  includes(id: number): boolean {
    return this.#included.has(id);
  }

  get refused(): ReadonlyMap<string, number> | undefined {
    return this.core?.refused;
  }

  get #syncedHeight(): number {
    return this.#disk.kept.blocks.length;
  }

  get #wantsBlock(): boolean {
    return this.waiting.size > 0 || this.#wantedChange !== undefined;
  }

  /** An approved change asks for blocks for a while; afterwards it is still voted for. */
  get #wantedChange(): Uint8Array | undefined {
    return this.#world.queue.now < this.#wantedUntilMs ? this.#approved : undefined;
  }

  #openCore(): void {
    const { tip } = this;
    const world = this.#world;
    if (tip.rules.engineVersion > this.program) {
      this.#log('stops', () => `before height ${tip.height + 1}, whose version its program does not know`, tip.height);
      this.isStopped = true;
      this.core = undefined;
      return;
    }
    if (!this.isValidator) {
      this.core = undefined;
      this.#remindLater();
      return;
    }
    const { record, block, abstain } = this.#disk.latest();
    const isForgetful = world.plant.forgetsRecord === true;
    const start: ConsensusStart = {
      chain: world.chain,
      publicKey: this.publicKey,
      head: { height: tip.height, hash: tip.hash },
      rules: tip.rules,
      ...(record === undefined || isForgetful ? {} : { record }),
      ...(block === undefined || isForgetful ? {} : { block }),
      ...(abstain === undefined ? {} : { abstain }),
      ...(abstain === 'unknown' ? { nonce: world.random.bytes(16) } : {}),
      timeouts: world.plan.timeouts,
    };
    const ports: ConsensusPorts = {
      sign: (statement) => world.voices.sign(this.index, statement),
      verify: world.voices.verify,
      inspect: (bytes) => {
        const parsed = decodeBlock(bytes);
        return parsed === undefined ? undefined : { hash: world.voices.nameOf(bytes), height: parsed.height, previousHash: parsed.previousHash };
      },
    };
    try {
      this.core = world.plant.createConsensus?.(start, ports) ?? new Consensus(start, ports);
    } catch (error) {
      world.checks.exception(this.index, error);
      return;
    }
    this.#input((core) => core.resume());
    if (this.#wantsBlock) this.#input((core) => core.wake());
  }

  /** Every answer of the core goes into one queue; `check` and `build` alone need not wait for the disk. */
  #input(ask: (core: Consensus) => Effect[], from?: number): void {
    const { core } = this;
    if (core === undefined || !this.isUp) return;
    let effects: Effect[];
    try {
      effects = ask(core);
    } catch (error) {
      this.#world.checks.exception(this.index, error);
      return;
    }
    for (const effect of effects) {
      if (effect.do === 'check') this.#check(effect);
      else if (effect.do === 'build') this.#build(effect);
      else this.#queue.push({ effect, rules: this.tip.rules, from });
    }
    this.#drain();
  }

  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const life = this.lives;
    while (this.isUp && this.lives === life && this.#barrier <= this.#disk.synced) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      this.#carryOut(next);
    }
    this.#isDraining = false;
  }

  #carryOut({ effect, rules, from }: Asked): void {
    const { checks, queue } = this.#world;
    switch (effect.do) {
      case 'persist':
        if (this.#isHonest) checks.keeps(this.index, effect.record);
        this.#barrier = this.#disk.write({ kind: 'record', record: effect.record, block: effect.block });
        break;
      case 'abstain':
        this.#log('abstains', () => `through ${effect.through}`, effect.through);
        this.#barrier = this.#disk.write({ kind: 'abstain', through: effect.through });
        break;
      case 'send':
        if (effect.to !== 'sender') this.#sendConsensus(rules, effect.to, effect.message);
        else if (from !== undefined) this.#send(from, { kind: 'consensus', bytes: effect.message });
        break;
      case 'timer': {
        const { core } = this;
        queue.later(effect.delayMs, () => {
          if (this.core === core) this.#onTimer(effect.timer);
        });
        break;
      }
      case 'final':
        this.#commitFinal(effect);
        break;
      case 'fault':
        if (this.#isHonest) checks.report('fault', `p${this.index} finds block ${effect.height} wrong, which a quorum made final`);
        break;
      case 'behind':
        this.#catchUp.want(effect.height, from);
        break;
      case 'evidence':
        if (this.#isHonest) checks.evidence(this.index, effect.evidence);
        break;
      case 'remind':
        this.#gossipWaiting();
        if (this.#wantsBlock) this.#input((core) => core.wake());
        break;
      case 'check':
      case 'build':
        break;
    }
  }

  #onTimer(timer: Timer): void {
    if (timer.height <= this.tip.height && !this.#world.random.chance(0.1)) return;
    this.#log('timer', () => `${timer.kind} of ${timer.height}/${timer.round}`, timer.height, timer.round);
    this.#input((core) => core.onTimer(timer));
  }

  #sendConsensus(rules: ChainRules, to: number | 'all', bytes: Uint8Array): void {
    const { plan, random, checks } = this.#world;
    const { validators } = rules;
    const place = indexOfValidator(rules, this.publicKey);
    if (this.#isHonest) checks.sends(this.index, place, bytes);
    const isVote = bytes[1] === 2 || bytes[1] === 3;
    const canCrash = isVote && this.#isHonest && !this.#world.isStable() && bytes[2] === place;
    const isLast = canCrash && random.chance(plan.crash.afterVote);
    // The power may go between two of the lines that a vote is sent on.
    let reached = isLast ? random.below(validators.length + 1) : validators.length;
    validators.forEach(({ name }, other) => {
      if (other === place || (to !== 'all' && other !== to) || (reached -= 1) < 0) return;
      this.#send(peerOf(name), { kind: 'consensus', bytes });
    });
    if (!isLast) return;
    this.crash();
    this.#world.queue.later(5 + random.below(plan.crash.downMsMax), () => {
      if (!this.isUp) this.start();
    });
  }

  #send(to: number, packet: Packet): void {
    this.#world.send(this.index, to, packet, this.#instance);
  }

  #gossip(id: number): void {
    for (const { name } of this.tip.rules.validators) if (peerOf(name) !== this.index) this.#send(peerOf(name), { kind: 'transaction', id });
  }

  #gossipWaiting(): void {
    for (const id of [...this.waiting].slice(0, REMINDED_MAX)) this.#gossip(id);
  }

  #takeTransaction(id: number): void {
    if (this.#included.has(id) || this.waiting.has(id)) return;
    this.waiting.add(id);
    if (this.core === undefined) this.#remindLater();
    else this.#input((core) => core.wake());
  }

  /** A peer without a vote passes on again what its clients still wait for. */
  #remindLater(): void {
    if (this.#isReminding || this.waiting.size === 0) return;
    this.#isReminding = true;
    const life = this.lives;
    this.#world.queue.later(1_000, () => {
      if (life !== this.lives || !this.isUp) return;
      this.#isReminding = false;
      if (this.core !== undefined) return;
      this.#gossipWaiting();
      if (!this.isStopped) this.#remindLater();
    });
  }

  #workMs(usualMs: number): number {
    const { random, plan } = this.#world;
    const { slow, slowMs } = plan.work;
    return !this.#world.isStable() && random.chance(slow) ? random.below(slowMs) : random.below(usualMs + 1);
  }

  #clockMs(): number {
    const { queue, plan } = this.#world;
    const skewMs = plan.skewMs[this.index] ?? 0;
    return EPOCH_MS + queue.now + (this.#world.isStable() ? Math.max(-500, Math.min(500, skewMs)) : skewMs);
  }

  #build({ height, round }: Effect & { do: 'build' }): void {
    const { core } = this;
    const answer = (): void => {
      if (this.core !== core) return;
      if (this.tip.height - this.#syncedHeight >= UNSYNCED_MAX && this.tip.rules.validators.length === 1) {
        this.#world.queue.later(5, answer);
        return;
      }
      const block = this.tip.height + 1 === height ? this.#makeBlock(round > 0) : undefined;
      if (block === undefined) return this.#input((one) => one.built(height, round, undefined));
      const bytes = encodeBlock(block);
      const hash = this.#world.voices.nameOf(bytes);
      this.#good.add(hash);
      this.#log('builds', () => `${short(hash)} for ${height}/${round}`, height, round);
      this.#input((one) => one.built(height, round, { hash, block: bytes }));
    };
    this.#world.queue.later(this.#workMs(this.#world.plan.work.buildMs), answer);
  }

  /** After a round in vain an empty block will do: somebody opened the height, and perhaps nobody knows why any more. */
  #makeBlock(mayBeEmpty: boolean): TinyBlock | undefined {
    const { tip } = this;
    const change = this.#wantedChange;
    const transactions = change === undefined ? [...this.waiting].slice(0, TRANSACTIONS_A_BLOCK) : [];
    if (transactions.length === 0 && change === undefined && !mayBeEmpty) return undefined;
    return {
      height: tip.height + 1,
      previousHash: tip.hash,
      timeMs: Math.max(tip.timeMs, this.#clockMs()),
      engineVersion: tip.rules.engineVersion,
      state: execute(tip.state, tip.rules.engineVersion, transactions),
      salt: this.#world.random.below(2 ** 32),
      transactions,
      nextRules: change ?? NO_RULES,
    };
  }

  #check({ height, hash, block, isCertain }: Effect & { do: 'check' }): void {
    const { core } = this;
    this.#world.queue.later(this.#workMs(this.#world.plan.work.checkMs), () => {
      if (this.core !== core) return;
      // Another block came first by catch-up: the core has moved on, too, and ignores what it hears of the old height.
      const verdict = this.tip.height + 1 === height ? this.#judge(decodeBlock(block), isCertain) : 'bad';
      if (verdict === 'good') this.#good.add(hash);
      this.#log('checks', () => `${short(hash)} of ${height}: ${verdict}${isCertain ? ' for certain' : ''}`, height, verdict.length);
      this.#input((one) => one.checked(height, hash, verdict));
    });
  }

  #judge(block: TinyBlock | undefined, isCertain: boolean): Verdict {
    const { tip } = this;
    if (block === undefined || block.height !== tip.height + 1 || block.previousHash !== tip.hash || block.timeMs < tip.timeMs) return 'bad';
    const { transactions, nextRules, engineVersion } = block;
    if (engineVersion !== tip.rules.engineVersion || block.state !== execute(tip.state, engineVersion, transactions)) return 'bad';
    if (new Set(transactions).size !== transactions.length || transactions.some((id) => this.#included.has(id))) return 'bad';
    if (nextRules.length > 0 && (transactions.length > 0 || readNextRules(block) === undefined)) return 'bad';
    if (isCertain) return 'good';
    if (block.timeMs > this.#clockMs() + AHEAD_MS_MAX) return 'later';
    const isApproved = this.#approved !== undefined && Buffer.compare(this.#approved, nextRules) === 0;
    return nextRules.length > 0 && !isApproved ? 'later' : 'good';
  }

  #commitFinal({ height, hash, block, certificate }: Effect & { do: 'final' }): void {
    // Fetched meanwhile: the same block, or there would be a fork, which is looked for where blocks are committed.
    if (height <= this.tip.height) return;
    const parsed = decodeBlock(block);
    if (parsed === undefined || !this.#good.has(hash)) {
      if (this.#isHonest) this.#world.checks.report('unchecked', `p${this.index} is to commit block ${height}, which it did not check`);
      return;
    }
    this.#commit(entryOn(this.tip, { hash, bytes: block, block: parsed, certificate }), 'agrees on');
  }

  /** Blocks of others count by their certificate under the rules of their height, and by what they do when executed. */
  #takeServed({ bytes, certificate }: Served): boolean {
    const block = decodeBlock(bytes);
    if (block === undefined || block.height !== this.tip.height + 1 || this.isStopped) return block !== undefined && block.height <= this.tip.height;
    const hash = this.#world.voices.nameOf(bytes);
    const fault = findCertificateFault({ chain: this.#world.chain, height: block.height, hash }, certificate, this.tip.rules, this.#world.voices.verify);
    const { finality, validators } = this.tip.rules;
    const isSmall = this.#world.plant.trustsSmallCertificates === true && certificate.signatures.length === quorumOf(finality, validators.length) - 1;
    if (fault !== undefined && !isSmall) return false;
    if (this.#judge(block, true) !== 'good') {
      if (this.#isHonest) this.#world.checks.report('fault', `p${this.index} finds certified block ${block.height} wrong`);
      return false;
    }
    this.#commit(entryOn(this.tip, { hash, bytes, block, certificate }), 'fetches');
    return true;
  }

  #commit(entry: ChainEntry, how: string): void {
    const isSolo = entry.rules.finality === 'solo';
    this.#log(how, () => `${short(entry.hash)} as block ${entry.height}, round ${entry.certificate.round}`, entry.height, entry.certificate.round);
    if (this.#isHonest && !isSolo) this.#world.checks.final(this.index, entry);
    this.#chain.push(entry);
    for (const id of entry.block.transactions) {
      this.#included.add(id);
      this.waiting.delete(id);
    }
    this.tip = tipAfter(entry);
    this.#disk.write({ kind: 'block', entry });
    if (this.#approved !== undefined && Buffer.compare(this.#approved, entry.block.nextRules) === 0) {
      this.#approved = undefined;
      this.#disk.write({ kind: 'approved', rules: undefined });
    }
    this.#good.clear();
    this.#advance();
  }

  #advance(): void {
    const { tip } = this;
    if (this.core === undefined || !this.isValidator || tip.rules.engineVersion > this.program) return this.#openCore();
    this.#input((core) => core.advance({ height: tip.height, hash: tip.hash }, tip.rules));
    if (this.#wantsBlock) this.#input((core) => core.wake());
    return undefined;
  }

  #onSynced(writes: readonly Write[]): void {
    for (const write of writes) {
      if (write.kind !== 'block') continue;
      const { entry } = write;
      this.#noteDurable(write);
      // Whose signature is not on it may know nothing of it: a follower, a validator that has just become one. Whose is may
      // not have seen it decided, and gets no answer from those whom a change put out of office.
      const { validators } = entry.rules;
      const isChange = entry.block.nextRules.length > 0;
      const knowing = new Set(isChange ? [] : entry.certificate.signatures.map(({ validator }) => peerOf((validators[validator] as { name: string }).name)));
      const hasVote = indexOfValidator(entry.rules, this.publicKey) >= 0;
      for (let to = 0; hasVote && to < this.#world.peers; to += 1) {
        if (to !== this.index && !knowing.has(to)) this.#send(to, { kind: 'head', height: entry.height, wantsAnswer: false });
      }
    }
    this.#drain();
  }

  /** Alone, a block is final when it is durable: before, nobody has heard of it. */
  #noteDurable(write: Write): void {
    if (write.kind === 'block' && this.#isHonest && write.entry.rules.finality === 'solo') this.#world.checks.final(this.index, write.entry);
  }

  #createCatchUp(): CatchUp {
    const life = this.lives;
    return new CatchUp(this.#world, this.index, {
      height: () => this.tip.height,
      ask: (peer, ticket, from) => this.#send(peer, { kind: 'fetch', ticket, from }),
      take: (served) => this.#takeServed(served),
      later: (delayMs, run) =>
        this.#world.queue.later(delayMs, () => {
          if (life === this.lives && this.isUp) run();
        }),
    });
  }

  #log(what: string, details: () => string, ...numbers: readonly number[]): void {
    this.#world.log.note(this.index, what, details, ...numbers);
  }
}

