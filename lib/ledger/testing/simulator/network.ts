import type { PrivatePosition } from '../../frameworks/fabric/state';
import type { Random } from '../random';
import type { ChainEntry } from './chain-entry';
import type { EventQueue } from './event-queue';
import type { Plan } from './plan';

/** What peers say to each other; only `consensus` is looked into by the core. */
export type Packet =
  | { readonly kind: 'consensus'; readonly bytes: Uint8Array }
  | { readonly kind: 'transaction'; readonly id: number }
  /** "I have this height": after a block became durable, and whenever a connection comes up. */
  | { readonly kind: 'head'; readonly height: number; readonly wantsAnswer: boolean }
  /** Of the framework's own: private data for a peer that lacks them. */
  | { readonly kind: 'ask-private'; readonly ticket: number; readonly signed: Uint8Array; readonly positions: readonly PrivatePosition[] }
  | { readonly kind: 'give-private'; readonly ticket: number; readonly answer: Uint8Array }
  | { readonly kind: 'fetch'; readonly ticket: number; readonly from: number }
  | { readonly kind: 'blocks'; readonly ticket: number; readonly blocks: readonly Pick<ChainEntry, 'bytes' | 'certificate'>[] };

export interface NetworkPorts {
  readonly plan: Plan;
  readonly random: Random;
  readonly queue: EventQueue;
  readonly peers: number;
  readonly deliver: (to: number, from: number, packet: Packet) => void;
  /** What the adversary keeps from arriving. */
  readonly isHidden: (from: number, to: number, packet: Packet) => boolean;
  /** Peers that can reach each other again say hello. */
  readonly onReconnect: () => void;
}

/** Loses, doubles, delays and cuts until stabilisation; afterwards it is reliable, and slower than `STABLE_MS_MAX` never. */
export class Network {
  isStable = false;
  sent = 0;
  readonly #ports: NetworkPorts;
  /** Per pair, from × to: nothing passes. */
  #cut: Uint8Array;
  readonly #slowLinks: Uint8Array;
  /** One kind of message that reaches nobody but one peer. */
  #hidden: { readonly code: number; readonly exceptTo: number } | undefined;

  constructor(ports: NetworkPorts) {
    this.#ports = ports;
    const { peers, random, plan } = ports;
    this.#cut = new Uint8Array(peers * peers);
    this.#slowLinks = Uint8Array.from({ length: peers * peers }, () => (random.chance(plan.network.slow * 0.3) ? 1 : 0));
    if (plan.network.cutEveryMs > 0) this.#cutLater();
  }

  send(from: number, to: number, packet: Packet): void {
    const { plan, random, queue, peers } = this.#ports;
    const { network } = plan;
    this.sent += 1;
    if (this.isStable) return this.#arrive(from, to, packet, 1 + random.below(STABLE_MS_MAX));
    const copies = random.chance(network.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (random.chance(network.drop) || this.#isDroppedKind(to, packet) || this.#ports.isHidden(from, to, packet)) continue;
      const isSlow = random.chance(network.slow) || this.#slowLinks[from * peers + to] === 1;
      const delayMs = 1 + random.below(network.delayMs) + (isSlow ? random.below(network.slowMs) : 0);
      // Looked at on arrival, too: what is under way when the line is cut is lost.
      if (this.#isCut(from, to)) continue;
      queue.later(delayMs, () => {
        if (!this.#isCut(from, to)) this.#ports.deliver(to, from, packet);
      });
    }
  }

  /** The adversary's own lines: what it wants to arrive, arrives when it wants. */
  whisper(from: number, to: number, packet: Packet, delayMs: number): void {
    this.sent += 1;
    this.#arrive(from, to, packet, delayMs);
  }

  stabilise(): void {
    this.isStable = true;
    this.#hidden = undefined;
    this.#cut = new Uint8Array(this.#cut.length);
    this.#ports.onReconnect();
  }

  #arrive(from: number, to: number, packet: Packet, delayMs: number): void {
    this.#ports.queue.later(delayMs, () => this.#ports.deliver(to, from, packet));
  }

  #isDroppedKind(to: number, packet: Packet): boolean {
    const { dropKind, dropCatchUp } = this.#ports.plan.network;
    const { random } = this.#ports;
    if (packet.kind === 'blocks') return random.chance(dropCatchUp);
    if (packet.kind !== 'consensus') return false;
    const code = packet.bytes[1];
    if (this.#hidden !== undefined && code === this.#hidden.code && to !== this.#hidden.exceptTo) return random.chance(0.9);
    return dropKind !== undefined && code === dropKind.code && random.chance(dropKind.chance);
  }

  #isCut(from: number, to: number): boolean {
    return this.#cut[from * this.#ports.peers + to] === 1;
  }

  #cutLater(): void {
    const { plan, random, queue } = this.#ports;
    queue.later(plan.network.cutEveryMs * (0.5 + random.next()), () => {
      if (this.isStable) return;
      this.#hidden = undefined;
      if (random.chance(0.5)) this.#cut = this.#drawCut();
      else {
        this.#cut = new Uint8Array(this.#cut.length);
        this.#ports.onReconnect();
      }
      this.#cutLater();
    });
  }

  /** Two sides that do not hear each other; or one that is not heard by the other; or a peer that alone hears of votes, and is not heard. */
  #drawCut(): Uint8Array {
    const { peers, random, plan } = this.#ports;
    if (random.chance(plan.network.isCutOneVictim)) {
      const victim = random.below(peers);
      if (random.chance(0.5)) this.#hidden = { code: 2 + random.below(2), exceptTo: victim };
      return Uint8Array.from({ length: peers * peers }, (_, link) => (Math.floor(link / peers) === victim ? 1 : 0));
    }
    const side = Uint8Array.from({ length: peers }, () => random.below(2));
    const isOneWay = random.chance(plan.network.isCutOneWay);
    return Uint8Array.from({ length: peers * peers }, (_, link) => {
      const from = side[Math.floor(link / peers)] as number;
      const to = side[link % peers] as number;
      return (isOneWay ? from === 1 && to === 0 : from !== to) ? 1 : 0;
    });
  }
}

const STABLE_MS_MAX = 40;
