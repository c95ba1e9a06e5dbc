import { peerOf, type World } from './world';
import type { Tip } from './chain-entry';
import type { Packet } from './network';

/** Waiting transactions that are passed on again at a time. */
const REMINDED_MAX = 10;
const REMIND_MS = 1_000;

export interface WaitingPorts {
  readonly tip: () => Tip;
  readonly send: (to: number, packet: Packet) => void;
  /** Passes on again by itself: a peer whose core does not remind it, for it has none. */
  readonly isOnItsOwn: () => boolean;
  readonly isAlive: () => boolean;
}

/** The transactions that one life of a peer knows of and that are in no block yet. */
export class Waiting {
  readonly #ids = new Set<number>();
  readonly #world: World;
  readonly #self: number;
  readonly #ports: WaitingPorts;
  #isReminding = false;

  constructor(world: World, self: number, ports: WaitingPorts) {
    this.#world = world;
    this.#self = self;
    this.#ports = ports;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** The oldest. */
  first(count: number): number[] {
    return [...this.#ids].slice(0, count);
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  add(id: number): void {
    this.#ids.add(id);
  }

  delete(id: number): void {
    this.#ids.delete(id);
  }

  /** To every validator. */
  gossip(id: number): void {
    for (const { name } of this.#ports.tip().rules.validators) if (peerOf(name) !== this.#self) this.#ports.send(peerOf(name), { kind: 'transaction', id });
  }

  gossipAgain(): void {
    for (const id of this.first(REMINDED_MAX)) this.gossip(id);
  }

  remindLater(): void {
    if (this.#isReminding || this.#ids.size === 0) return;
    this.#isReminding = true;
    this.#world.queue.later(REMIND_MS, () => {
      if (!this.#ports.isAlive()) return;
      this.#isReminding = false;
      if (!this.#ports.isOnItsOwn()) return;
      this.gossipAgain();
      this.remindLater();
    });
  }
}
