import { quorumOf, type ChainRules, type Finality } from '../../core/consensus/rules';
import { chainId } from '../../core/types';
import { createRandom } from '../random';
import { Adversary } from './adversary';
import { Checks, type Violation } from './checks';
import { createCounter, type SimulatedFramework } from './copy';
import { EventLog } from './event-log';
import { EventQueue } from './event-queue';
import { Membership } from './membership';
import { Network, type Packet } from './network';
import { NEW_PROGRAM, OLD_PROGRAM, Peer } from './peer';
import { planFor, type Plan } from './plan';
import { createCheapVoices, createRealVoices } from './voices';
import type { Plant, World } from './world';

/** What should have happened after stabilisation and did not. */
export type Stall = 'progress' | 'transactions' | 'membership' | 'idleness' | 'memory';

export interface Outcome {
  readonly seed: number;
  readonly mode: Finality;
  /** Undefined: passed. */
  readonly failure: { readonly kind: 'violation' | 'stall'; readonly what: Violation | Stall; readonly why: string; readonly atMs: number } | undefined;
  /** The same for the same seed and program. */
  readonly logHash: string;
  readonly stats: {
    readonly events: number;
    readonly packets: number;
    readonly heights: number;
    readonly lives: number;
    readonly changes: number;
    readonly evidences: number;
    readonly maxRound: number;
    readonly recordBytesMax: number;
    readonly simulatedMs: number;
    /** Of the framework. */
    readonly [name: string]: number;
  };
}

export interface SimulateOptions {
  readonly plant?: Plant;
  /** Takes every event as a line. */
  readonly print?: (line: string) => void;
  /** What transactions mean; by default they are numbers. */
  readonly framework?: (world: World) => SimulatedFramework;
  /** Changes what the seed decided: for targeted schedules. */
  readonly adjust?: (plan: Plan) => Plan;
}

const TICK_MS = 100;
const WAITING_MAX = 60;
const IDLE_MS_MAX = 120_000;
const EVENTS_MAX = 3_000_000;

/** One seed: one schedule of faults, and what came of it. */
export function simulate(seed: number, mode: Finality, options: Omit<SimulateOptions, 'framework'> = {}): Outcome {
  const step = begin(seed, mode, options).next();
  if (step.done !== true) throw new Error('nothing is waited for');
  return step.value;
}

/** The same with a framework that waits. Nothing that it waits for takes time: it has its turns between two events. */
export async function simulateFramework(seed: number, mode: Finality, options: SimulateOptions & Required<Pick<SimulateOptions, 'framework'>>): Promise<Outcome> {
  const steps = begin(seed, mode, options);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function begin(seed: number, mode: Finality, options: SimulateOptions): Generator<undefined, Outcome> {
  const drawn = planFor(seed, mode);
  return new Simulation(options.adjust?.(drawn) ?? drawn, options).run();
}

class Simulation {
  readonly #plan: Plan;
  readonly #world: World;
  readonly #network: Network;
  readonly #adversary: Adversary;
  readonly #membership: Membership;
  readonly #log: EventLog;
  readonly #honest = new Map<number, Peer>();
  readonly #oldForEver: ReadonlySet<number>;
  /** Transactions offered after stabilisation: every one must come into the chain. */
  readonly #owed: number[] = [];
  readonly #framework: SimulatedFramework;
  #phase: 'chaos' | 'load' | 'idle' = 'chaos';

  constructor(plan: Plan, { plant = {}, print, framework }: SimulateOptions) {
    this.#plan = plan;
    const queue = new EventQueue();
    const random = createRandom(Math.imul(plan.seed, 0x85ebca6b) ^ (plan.mode.length * 7));
    const voices = plan.hasRealSignatures ? createRealVoices() : createCheapVoices(plan.seed);
    const chain = chainId(`simulated-${plan.seed}`);
    const liars = new Set(plan.byzantine);
    const peers = plan.validators + plan.followers;
    const genesisRules: ChainRules = {
      finality: plan.mode,
      engineVersion: 1,
      validators: Array.from({ length: plan.validators }, (_, peer) => ({ name: `p${peer}`, publicKey: voices.publicKeyOf(peer) })),
    };
    this.#log = new EventLog(() => queue.now, print);
    const checks = new Checks({
      chain,
      voices,
      genesisRules,
      byzantine: liars,
      now: () => queue.now,
      onFinal: (entry) => this.#framework.final(entry),
      trustsSmallCertificates: plant.trustsSmallCertificates === true,
    });
    const network = new Network({ plan, random, queue, peers, isHidden: (from, to, packet) => this.#adversary.hides(from, to, packet), deliver: (to, from, packet) => this.#deliver(to, from, packet), onReconnect: () => this.#sayHello() });
    this.#network = network;
    const simulatedFramework = (): SimulatedFramework => this.#framework;
    this.#world = {
      chain,
      plan,
      plant,
      random,
      queue,
      voices,
      checks,
      genesisRules,
      get framework() {
        return simulatedFramework();
      },
      peers,
      log: this.#log,
      isStable: () => network.isStable,
      send: (from, to, packet, instance) => {
        if (!liars.has(from) || this.#adversary.lets(to, packet, instance)) network.send(from, to, packet);
      },
    };
    this.#framework = framework?.(this.#world) ?? createCounter(random);
    this.#adversary = new Adversary(this.#world, network, liars);
    this.#oldForEver = new Set(plan.oldPrograms.filter(({ upgradesAtMs }) => upgradesAtMs === undefined).map(({ peer }) => peer));
    const faulty = new Set([...liars, ...plan.lostDisks.map(({ peer }) => peer), ...this.#oldForEver]);
    this.#membership = new Membership(this.#world, faulty, (peer) => this.#machinesOf(peer));
    for (let peer = 0; peer < peers; peer += 1) this.#place(peer, liars.has(peer));
  }

  *run(): Generator<undefined, Outcome> {
    for (const peer of this.#honest.values()) peer.start();
    for (const machines of this.#adversary.machines.values()) for (const machine of machines) machine.start();
    this.#scheduleFaults();
    this.#loadLater();
    this.#world.queue.later(this.#plan.stabilisationMs, () => this.#stabilise());
    const stall = (yield* this.#runChaosAndLoad()) ?? (yield* this.#runIdle());
    return this.#outcome(stall);
  }

  #place(peer: number, isLiar: boolean): void {
    if (!isLiar) {
      const machine = new Peer(this.#world, peer, 0, true);
      if (this.#plan.oldPrograms.some((old) => old.peer === peer)) machine.program = OLD_PROGRAM;
      this.#honest.set(peer, machine);
      return;
    }
    const count = { puppet: 0, leaky: 1, twins: 2 }[this.#plan.tactics.run];
    this.#adversary.machines.set(peer, Array.from({ length: count }, (_, instance) => new Peer(this.#world, peer, instance, false)));
  }

  #machinesOf(peer: number): readonly Peer[] {
    const honest = this.#honest.get(peer);
    return honest === undefined ? (this.#adversary.machines.get(peer) ?? []) : [honest];
  }

  #deliver(to: number, from: number, packet: Packet): void {
    const honest = this.#honest.get(to);
    if (honest === undefined) {
      this.#adversary.hears(to, from, packet);
      this.#framework.receiveAtLiar(to, from, packet);
      for (const machine of this.#adversary.machinesFor(to, from)) machine.receive(from, packet);
      return;
    }
    if (!honest.isUp) return;
    if (packet.kind === 'consensus') this.#log.noteMessage(to, from, packet.bytes);
    else this.#log.note(to, packet.kind, () => `from p${from}`, from);
    honest.receive(from, packet);
  }

  #sayHello(): void {
    for (const peer of this.#honest.values()) peer.hello();
  }

  #scheduleFaults(): void {
    const { queue, random } = this.#world;
    const { lostDisks, oldPrograms, stabilisationMs, crash } = this.#plan;
    for (const { peer, atMs, keeps } of lostDisks) {
      queue.later(atMs, () => {
        const machine = this.#honest.get(peer);
        machine?.crash();
        machine?.loseDisk(keeps);
        this.#startLater(peer, random.below(Math.min(3_000, stabilisationMs)));
      });
    }
    for (const { peer, upgradesAtMs } of oldPrograms) {
      if (upgradesAtMs === undefined) continue;
      queue.later(upgradesAtMs, () => {
        const machine = this.#honest.get(peer);
        if (machine === undefined) return;
        machine.crash();
        machine.program = NEW_PROGRAM;
        this.#startLater(peer, random.below(500));
      });
    }
    if (crash.perSecond > 0) this.#crashLater();
  }

  #crashLater(): void {
    const { queue, random } = this.#world;
    queue.later(TICK_MS, () => {
      if (this.#phase !== 'chaos') return;
      for (const [peer, machine] of this.#honest) {
        if (!machine.isUp || !random.chance((this.#plan.crash.perSecond * TICK_MS) / 1_000)) continue;
        machine.crash();
        this.#startLater(peer, random.below(this.#plan.crash.downMsMax));
      }
      this.#crashLater();
    });
  }

  #startLater(peer: number, delayMs: number): void {
    this.#world.queue.later(delayMs, () => {
      const machine = this.#honest.get(peer);
      if (machine !== undefined && !machine.isUp) machine.start();
    });
  }

  #stabilise(): void {
    this.#phase = 'load';
    this.#log.note(0, 'stabilises', () => '');
    for (const peer of this.#honest.keys()) this.#startLater(peer, this.#world.random.below(500));
    this.#network.stabilise();
  }

  /** Clients: now and then a transaction for a peer that is up. */
  #loadLater(): void {
    const { queue, random } = this.#world;
    const { gapMs, gapMsAtEnd, pauses } = this.#plan.load;
    const usualMs = this.#phase === 'chaos' ? gapMs : gapMsAtEnd;
    const isPause = this.#phase === 'chaos' && random.chance(pauses);
    queue.later(usualMs * (0.5 + random.next()) * (isPause ? 8 : 1), () => {
      if (this.#phase === 'idle') return;
      // A peer that has no answers for its clients gets no more of them.
      const machines = [...this.#honest.values()].filter(({ isUp, isStopped, waiting }) => isUp && !isStopped && waiting.size < WAITING_MAX);
      this.#framework.act(machines, (machine, id, isOwed) => this.#offer(machine, id, isOwed));
      this.#loadLater();
    });
  }

  #offer(machine: Peer, id: number, isOwed: boolean): void {
    if (!machine.isUp || machine.isStopped || this.#phase === 'idle' || !machine.copy.admits(id)) return;
    if (isOwed && this.#phase === 'load') this.#owed.push(id);
    this.#log.note(machine.index, 'offered', () => `transaction ${id}`, id);
    machine.offer(id);
  }

  /** Those from whom progress is owed: all but peers whose program does not know the rules in force. */
  #owing(): Peer[] {
    return [...this.#honest.values()].filter((peer) => !(peer.isStopped && this.#oldForEver.has(peer.index)));
  }

  *#runChaosAndLoad(): Generator<undefined, Outcome['failure']> {
    const { queue, checks } = this.#world;
    let target: number | undefined;
    for (let count = 0; checks.finding === undefined && queue.step(); count += 1) {
      if (this.#framework.takeBusy()) yield undefined;
      if (count > EVENTS_MAX) return this.#stall('progress', `${EVENTS_MAX} events and no end`);
      if (this.#phase === 'chaos' || count % 32 !== 0) continue;
      target ??= checks.tip.height + this.#plan.heightsWanted;
      const wanted = target;
      const isEverybodyThere = this.#owing().every((peer) => peer.isUp && peer.tip.height >= wanted);
      const forgetful = this.#owing().find((peer) => peer.core?.status().abstainsThrough === 'unknown');
      if (isEverybodyThere && !this.#membership.isOpen() && forgetful === undefined) return undefined;
      if (queue.now > this.#plan.stabilisationMs + this.#plan.patienceMs) {
        if (isEverybodyThere && forgetful !== undefined) return this.#stall('memory', `p${forgetful.index} still does not know how long to be silent: ${this.#describe()}`);
        if (isEverybodyThere) return this.#stall('membership', 'a change that all operators approved does not come into the chain');
        return this.#stall('progress', `wanted height ${wanted}: ${this.#describe()}`);
      }
    }
    return undefined;
  }

  /** The load stops: what was offered is finished, and then there is not one timer and not one message. */
  *#runIdle(): Generator<undefined, Outcome['failure']> {
    const { queue, checks } = this.#world;
    this.#phase = 'idle';
    this.#adversary.isSilent = true;
    for (const machines of this.#adversary.machines.values()) for (const machine of machines) machine.crash();
    const fromMs = queue.now;
    const before = this.#network.sent;
    while (checks.finding === undefined && queue.step()) {
      if (this.#framework.takeBusy()) yield undefined;
      if (queue.now > fromMs + IDLE_MS_MAX) return this.#stall('idleness', `${this.#network.sent - before} packets in ${IDLE_MS_MAX / 1_000} s without load: ${this.#describe()}`);
    }
    if (checks.finding !== undefined) return undefined;
    const missing = this.#owed.filter((id) => !checks.included.has(id));
    if (missing.length > 0) return this.#stall('transactions', `${missing.length} transactions never came into the chain: ${missing.slice(0, 5).join(', ')}`);
    const late = this.#owing().filter((peer) => peer.tip.height !== checks.tip.height);
    if (late.length === 0) this.#framework.judge(this.#owing());
    return late.length === 0 ? undefined : this.#stall('progress', `idle, and not all at height ${checks.tip.height}: ${this.#describe()}`);
  }

  #stall(what: Stall, why: string): Outcome['failure'] {
    return { kind: 'stall', what, why, atMs: this.#world.queue.now };
  }

  #describe(): string {
    const { validators, finality } = this.#world.checks.tip.rules;
    const rules = `${finality} ${quorumOf(finality, validators.length)} of ${validators.map(({ name }) => name).join(' ')}`;
    const peers = [...this.#honest.values()].map((peer) => {
      const status = peer.core?.status();
      const silence = status?.abstainsThrough === undefined ? '' : ` silent through ${status.abstainsThrough}`;
      return `p${peer.index} ${peer.isUp ? '' : 'down '}${peer.isStopped ? 'stopped ' : ''}at ${peer.tip.height}${status === undefined ? '' : ` ${status.step} ${status.round}${silence}`}`;
    });
    return `${peers.join(', ')} (${rules}; Byzantine ${this.#plan.byzantine.map((peer) => `p${peer}`).join(' ') || 'none'})`;
  }

  #outcome(stall: Outcome['failure']): Outcome {
    const { checks, queue } = this.#world;
    const { finding } = checks;
    return {
      seed: this.#plan.seed,
      mode: this.#plan.mode,
      failure: finding === undefined ? stall : { kind: 'violation', ...finding },
      logHash: this.#log.hash,
      stats: {
        events: this.#log.events,
        packets: this.#network.sent,
        heights: checks.tip.height,
        lives: [...this.#honest.values()].reduce((sum, { lives }) => sum + lives, 0),
        changes: this.#membership.changed,
        evidences: checks.evidences,
        maxRound: checks.maxRound,
        recordBytesMax: checks.recordBytesMax,
        simulatedMs: queue.now,
        ...this.#framework.sums,
      },
    };
  }
}
