import { findCertificateFault, type Certificate } from '../../core/consensus/certificate';
import { quorumOf } from '../../core/consensus/rules';
import type { Hash } from '../../core/types';
import type { ChainEntry, Tip } from './chain-entry';
import type { World } from './world';

export type Served = Pick<ChainEntry, 'bytes' | 'certificate'>;

export interface CatchUpPorts {
  readonly height: () => number;
  readonly ask: (peer: number, ticket: number, from: number) => void;
  /** Takes one block in; false when it is not the next one or not certified. */
  readonly take: (served: Served) => boolean;
  readonly later: (delayMs: number, run: () => void) => void;
}

export const SERVED_MAX = 8;
const ANSWER_MS_MAX = 400;

/**
 * Fetches certified blocks from one peer after another, until it has what it heard of or asked everybody twice:
 * who names heights that do not exist costs questions, not more.
 */
export class CatchUp {
  #wanted = 0;
  #order: number[] = [];
  #ticket = 0;
  #isAsking = false;
  readonly #world: World;
  readonly #self: number;
  readonly #ports: CatchUpPorts;

  constructor(world: World, self: number, ports: CatchUpPorts) {
    this.#world = world;
    this.#self = self;
    this.#ports = ports;
  }

  want(height: number, from: number | undefined): void {
    if (height <= this.#ports.height()) return;
    this.#wanted = Math.max(this.#wanted, height);
    if (this.#isAsking) {
      // Heard while others are asked in vain, perhaps for nobody can be reached just now: it must not be lost with them.
      if (from !== undefined && from !== this.#self && this.#order.length < 2 * this.#world.peers) this.#order.push(from);
      return;
    }
    this.#order = this.#drawOrder(from);
    this.#askNext();
  }

  answer(from: number, ticket: number, blocks: readonly Served[]): void {
    // Also an answer that comes too late brings blocks; only its waiting is over.
    let isGood = blocks.length > 0;
    for (const served of blocks.slice(0, SERVED_MAX)) {
      if (!isGood) break;
      isGood = this.#ports.take(served);
    }
    if (ticket !== this.#ticket || !this.#isAsking) return;
    if (isGood) this.#order.unshift(from);
    this.#askNext();
  }

  #askNext(): void {
    const peer = this.#order.shift();
    this.#isAsking = peer !== undefined && this.#ports.height() < this.#wanted;
    if (!this.#isAsking || peer === undefined) {
      this.#wanted = 0;
      return;
    }
    const ticket = (this.#ticket += 1);
    this.#ports.ask(peer, ticket, this.#ports.height() + 1);
    this.#ports.later(ANSWER_MS_MAX, () => {
      if (ticket === this.#ticket && this.#isAsking) this.#askNext();
    });
  }

  #drawOrder(first: number | undefined): number[] {
    const { random, peers } = this.#world;
    const others = Array.from({ length: peers }, (_, peer) => peer).filter((peer) => peer !== this.#self);
    const shuffled = (): number[] => others.map((peer) => ({ peer, at: random.next() })).toSorted((a, b) => a.at - b.at).map(({ peer }) => peer);
    return [...(first === undefined || first === this.#self ? [] : [first]), ...shuffled(), ...shuffled()];
  }
}

/** Whether a certificate makes the block final on top of the tip, under the rules of its height. */
export function isCertified({ chain, plant, voices }: World, { height, rules }: Tip, hash: Hash, certificate: Certificate): boolean {
  if (findCertificateFault({ chain, height: height + 1, hash }, certificate, rules, voices.verify) === undefined) return true;
  return plant.trustsSmallCertificates === true && certificate.signatures.length === quorumOf(rules.finality, rules.validators.length) - 1;
}
