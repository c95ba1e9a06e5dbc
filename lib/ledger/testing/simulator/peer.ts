import type { Consensus } from '../../core/consensus/consensus';
import type { Effect, Timer } from '../../core/consensus/effects';
import { indexOfValidator } from '../../core/consensus/rules';
import type { StateWrite } from '../../core/storage';
import type { Hash } from '../../core/types';
import { whomToTell } from './announce';
import { draftBlock, judgeBlock, type Draft, type Judged } from './block-rules';
import { CatchUp, isCertified, SERVED_MAX, type Served } from './catch-up';
import { entryOn, type ChainEntry, type Tip } from './chain-entry';
import { short } from './checks';
import { CLOSED, type Copy, type Executed } from './copy';
import { Disk, type Kept, type Write } from './disk';
import { EffectQueue, type Asked } from './effect-queue';
import { Approval, Ledger } from './ledger';
import { MachineTimes } from './machine-times';
import type { Packet } from './network';
import { openCore } from './open-core';
import { decodeBlock, encodeBlock, type TinyBlock } from './tiny-block';
import { Waiting } from './waiting';
import { OwnWrites } from './own-writes';
import { sayToValidators } from './say-to-validators';
import type { World } from './world';

const TRANSACTIONS_A_BLOCK = 5;
/** For so long an approved change asks for blocks. */
const WANTED_MS = 10_000;
/** With solo finality: blocks that may wait for the disk. */
const UNSYNCED_MAX = 2;
export const OLD_PROGRAM = 1;
export const NEW_PROGRAM = 2;

/** One honest machine: the driver of the core, with a disk that outlives it. Byzantine peers may run one, too. */
export class Peer {
  readonly index: number;
  isUp = false;
  /** Gave up for good: the chain went on under rules that its program does not know. */
  isStopped = false;
  program = NEW_PROGRAM;
  core: Consensus | undefined;
  lives = 0;
  waiting: Waiting;
  readonly #world: World;
  /** Byzantine peers may run two machines with one key. */
  readonly #instance: number;
  readonly isHonest: boolean;
  readonly #disk: Disk;
  readonly #times: MachineTimes;
  #ledger: Ledger;
  #approval = new Approval(undefined);
  #effects: EffectQueue;
  /** Blocks that this life executed and found good, or built: what came of them. */
  #good = new Map<Hash, Executed>();
  /** What the framework keeps here between blocks. */
  #own: OwnWrites;
  #catchUp: CatchUp;

  constructor(world: World, index: number, instance: number, isHonest: boolean) {
    this.#world = world;
    this.index = index;
    this.#instance = instance;
    this.isHonest = isHonest;
    this.#times = new MachineTimes(world, index);
    this.#ledger = new Ledger(world.genesisRules, [], CLOSED);
    this.#disk = new Disk({
      later: (delayMs, run) => world.queue.later(delayMs, run),
      syncMs: () => this.#times.syncMs(),
      onSynced: (writes) => this.#onSynced(writes),
    });
    this.#own = new OwnWrites(this.#disk);
    this.#catchUp = this.#createCatchUp();
    this.#effects = this.#createEffects();
    this.waiting = this.#createWaiting();
  }

  /** What the disk holds for sure. */
  get kept(): Kept {
    return this.#disk.kept;
  }

  get copy(): Copy {
    return this.#ledger.copy;
  }

  get tip(): Tip {
    return this.#ledger.tip;
  }

  get publicKey(): Uint8Array {
    return this.#world.voices.publicKeyOf(this.index);
  }

  get isValidator(): boolean {
    return indexOfValidator(this.tip.rules, this.publicKey) >= 0;
  }

  /** Reads its disk and goes on where that ends. */
  start(): void {
    this.lives += 1;
    this.isUp = true;
    this.isStopped = false;
    const { blocks, approved } = this.#disk.kept;
    this.#ledger = new Ledger(this.#world.genesisRules, blocks, this.#world.framework.open(this));
    this.#own = new OwnWrites(this.#disk);
    // Its block may have become durable and the note that it is done may not.
    this.#approval = new Approval(approved !== undefined && this.#ledger.hasChange(approved) ? undefined : approved);
    this.#good = new Map();
    this.waiting = this.#createWaiting();
    this.#effects = this.#createEffects();
    this.#catchUp = this.#createCatchUp();
    this.core = undefined;
    this.#log('starts', () => `at height ${this.tip.height}`, this.tip.height);
    this.#openCore();
    this.hello();
    this.#world.framework.durable(this, []);
  }

  crash(): void {
    if (!this.isUp) return;
    this.#log('crashes', () => '');
    this.isUp = false;
    this.core = undefined;
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
        break;
      default:
        this.#world.framework.receive(this, from, packet);
    }
  }

  /** A client's transaction: passed on to everybody, until it is in a block. */
  offer(id: number): void {
    if (!this.isUp || this.#ledger.included.has(id)) return;
    this.waiting.gossip(id);
    this.#takeTransaction(id);
  }

  /** Of the framework: `writes` are on top of what there is, and `done` runs when they are durable. Without power it never does. */
  keep(writes: readonly StateWrite[], done: () => void): void {
    if (this.isUp) this.#own.write({ height: this.tip.height, writes }, done);
  }

  send(to: number, packet: Packet): void {
    if (this.isUp) this.#send(to, packet);
  }

  /** The operator of this peer wants these rules. */
  approve(rules: Uint8Array): void {
    if (!this.isUp || this.#ledger.hasChange(rules)) return;
    if (this.#approval.give(rules, this.#world.queue.now + WANTED_MS)) {
      this.#log('approves', () => `new rules`, rules.length);
      this.#disk.write({ kind: 'approved', rules });
    }
    this.#input((core) => core.wake());
  }

  get #syncedHeight(): number {
    return this.#disk.kept.blocks.length;
  }

  get #wantsBlock(): boolean {
    return this.waiting.size > 0 || this.#wantedChange !== undefined;
  }

  get #wantedChange(): Uint8Array | undefined {
    return this.#approval.wantedAt(this.#world.queue.now);
  }

  #openCore(): void {
    const { tip } = this;
    if (tip.rules.engineVersion > this.program) {
      this.#log('stops', () => `before height ${tip.height + 1}, whose version its program does not know`, tip.height);
      this.isStopped = true;
      this.core = undefined;
      return;
    }
    if (!this.isValidator) {
      this.core = undefined;
      this.waiting.remindLater();
      return;
    }
    try {
      this.core = openCore(this.#world, this.index, tip, this.#disk.latest());
    } catch (error) {
      this.#world.checks.exception(this.index, error);
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
      else this.#effects.push({ effect, rules: this.tip.rules, from });
    }
    this.#effects.drain();
  }

  #carryOut({ effect, rules, from }: Asked): number | undefined {
    const { checks, queue } = this.#world;
    switch (effect.do) {
      case 'persist':
        if (this.isHonest) checks.keeps(this.index, effect.record);
        return this.#disk.write({ kind: 'record', record: effect.record, block: effect.block });
      case 'abstain':
        this.#log('abstains', () => `through ${effect.through}`, effect.through);
        return this.#disk.write({ kind: 'abstain', through: effect.through });
      case 'send':
        if (effect.to !== 'sender') sayToValidators(this.#world, this, { rules, to: effect.to, bytes: effect.message });
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
        if (this.isHonest) checks.report('fault', `p${this.index} finds block ${effect.height} wrong, which a quorum made final`);
        break;
      case 'behind':
        this.#catchUp.want(effect.height, from);
        break;
      case 'evidence':
        if (this.isHonest) checks.evidence(this.index, effect.evidence);
        break;
      case 'remind':
        this.waiting.gossipAgain();
        if (this.#wantsBlock) this.#input((core) => core.wake());
        break;
      case 'check':
      case 'build':
        break;
    }
    return undefined;
  }

  #onTimer(timer: Timer): void {
    if (timer.height <= this.tip.height && !this.#world.random.chance(0.1)) return;
    this.#log('timer', () => `${timer.kind} of ${timer.height}/${timer.round}`, timer.height, timer.round);
    this.#input((core) => core.onTimer(timer));
  }

  #send(to: number, packet: Packet): void {
    this.#world.send(this.index, to, packet, this.#instance);
  }

  #takeTransaction(id: number): void {
    if (this.#ledger.included.has(id) || this.waiting.has(id) || !this.copy.admits(id)) return;
    this.waiting.add(id);
    if (this.core === undefined) this.waiting.remindLater();
    else this.#input((core) => core.wake());
  }

  #build({ height, round }: Effect & { do: 'build' }): void {
    const { core } = this;
    const answer = (): void => {
      if (this.core !== core) return;
      if (this.tip.height - this.#syncedHeight >= UNSYNCED_MAX && this.tip.rules.validators.length === 1) {
        this.#world.queue.later(5, answer);
        return;
      }
      const built = this.tip.height + 1 === height ? this.#draft(round > 0) : undefined;
      if (built?.block === undefined) return this.#input((one) => one.built(height, round, undefined));
      const bytes = encodeBlock(built.block);
      const hash = this.#world.voices.nameOf(bytes);
      this.#good.set(hash, built.executed);
      this.#log('builds', () => `${short(hash)} for ${height}/${round}`, height, round);
      this.#input((one) => one.built(height, round, { hash, block: bytes }));
    };
    this.#world.queue.later(this.#times.buildMs(), answer);
  }

  #draft(mayBeEmpty: boolean): Draft | undefined {
    const change = this.#wantedChange;
    const wanted = change === undefined ? this.waiting.first(TRANSACTIONS_A_BLOCK) : [];
    const draft = draftBlock(this.#ledger, { clockMs: this.#times.clockMs(), wanted, change, mayBeEmpty, salt: () => this.#world.random.below(2 ** 32) });
    for (const id of draft?.dropped ?? []) this.waiting.delete(id);
    return draft;
  }

  #check({ height, hash, block, isCertain }: Effect & { do: 'check' }): void {
    const { core } = this;
    this.#world.queue.later(this.#times.checkMs(), () => {
      if (this.core !== core) return;
      // Another block came first by catch-up: the core has moved on, too, and ignores what it hears of the old height.
      const { verdict, executed }: Judged = this.tip.height + 1 === height ? this.#judge(decodeBlock(block), isCertain) : { verdict: 'bad' };
      if (verdict === 'good' && executed !== undefined) this.#good.set(hash, executed);
      this.#log('checks', () => `${short(hash)} of ${height}: ${verdict}${isCertain ? ' for certain' : ''}`, height, verdict.length);
      this.#input((one) => one.checked(height, hash, verdict));
    });
  }

  #judge(block: TinyBlock | undefined, isCertain: boolean): Judged {
    return judgeBlock(this.#ledger, block, { clockMs: this.#times.clockMs(), approves: (rules) => this.#approval.is(rules), isCertain });
  }

  #commitFinal({ height, hash, block, certificate }: Effect & { do: 'final' }): void {
    // Fetched meanwhile: the same block, or there would be a fork, which is looked for where blocks are committed.
    if (height <= this.tip.height) return;
    const parsed = decodeBlock(block);
    const executed = this.#good.get(hash);
    if (parsed === undefined || executed === undefined) {
      if (this.isHonest) this.#world.checks.report('unchecked', `p${this.index} is to commit block ${height}, which it did not check`);
      return;
    }
    this.#commit(entryOn(this.tip, { hash, bytes: block, block: parsed, certificate, state: executed.state }), executed, 'agrees on');
  }

  /** Blocks of others count by their certificate under the rules of their height, and by what they do when executed. */
  #takeServed({ bytes, certificate }: Served): boolean {
    const block = decodeBlock(bytes);
    if (block === undefined || block.height !== this.tip.height + 1 || this.isStopped) return block !== undefined && block.height <= this.tip.height;
    const hash = this.#world.voices.nameOf(bytes);
    if (!isCertified(this.#world, this.tip, hash, certificate)) return false;
    const { verdict, executed } = this.#judge(block, true);
    if (verdict !== 'good' || executed === undefined) {
      if (this.isHonest) this.#world.checks.report('fault', `p${this.index} finds certified block ${block.height} wrong`);
      return false;
    }
    this.#commit(entryOn(this.tip, { hash, bytes, block, certificate, state: executed.state }), executed, 'fetches');
    return true;
  }

  #commit(entry: ChainEntry, executed: Executed, how: string): void {
    const isSolo = entry.rules.finality === 'solo';
    this.#log(how, () => `${short(entry.hash)} as block ${entry.height}, round ${entry.certificate.round}`, entry.height, entry.certificate.round);
    if (this.isHonest && !isSolo) this.#world.checks.final(this.index, entry);
    const changes = executed.changes();
    this.copy.push(entry.height, changes);
    this.#ledger.append(entry);
    for (const id of entry.block.transactions) this.waiting.delete(id);
    // What this block made impossible would be passed on for ever.
    for (const id of this.waiting.first(this.waiting.size)) if (!this.copy.admits(id)) this.waiting.delete(id);
    this.#disk.write({ kind: 'block', entry, changes });
    if (this.#approval.is(entry.block.nextRules)) {
      this.#approval = new Approval(undefined);
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
    const entries: ChainEntry[] = [];
    for (const write of writes) {
      if (write.kind === 'block' || write.kind === 'own') this.copy.promote();
      if (write.kind !== 'block') continue;
      entries.push(write.entry);
      this.#noteDurable(write);
      const { entry } = write;
      for (const to of whomToTell(this.#world, this.index, entry)) this.#send(to, { kind: 'head', height: entry.height, wantsAnswer: false });
    }
    this.#own.synced();
    this.#world.framework.durable(this, entries);
    this.#effects.drain();
  }

  /** Alone, a block is final when it is durable: before, nobody has heard of it. */
  #noteDurable(write: Write): void {
    if (write.kind === 'block' && this.isHonest && write.entry.rules.finality === 'solo') this.#world.checks.final(this.index, write.entry);
  }

  /** For what this life began: nothing of it goes on in the next. */
  #aliveIn(life: number): () => boolean {
    return () => this.isUp && this.lives === life;
  }

  #createEffects(): EffectQueue {
    return new EffectQueue({ isAlive: this.#aliveIn(this.lives), synced: () => this.#disk.synced, carryOut: (asked) => this.#carryOut(asked) });
  }

  #createWaiting(): Waiting {
    return new Waiting(this.#world, this.index, {
      tip: () => this.tip,
      send: (to, packet) => this.#send(to, packet),
      isOnItsOwn: () => this.core === undefined && !this.isStopped,
      isAlive: this.#aliveIn(this.lives),
    });
  }

  #createCatchUp(): CatchUp {
    const isAlive = this.#aliveIn(this.lives);
    return new CatchUp(this.#world, this.index, {
      height: () => this.tip.height,
      ask: (peer, ticket, from) => this.#send(peer, { kind: 'fetch', ticket, from }),
      take: (served) => this.#takeServed(served),
      later: (delayMs, run) =>
        this.#world.queue.later(delayMs, () => {
          if (isAlive()) run();
        }),
    });
  }

  #log(what: string, details: () => string, ...numbers: readonly number[]): void {
    this.#world.log.note(this.index, what, details, ...numbers);
  }
}

