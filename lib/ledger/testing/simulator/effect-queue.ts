import type { Effect } from '../../core/consensus/effects';
import type { ChainRules } from '../../core/consensus/rules';

/** An effect, and what it means by places: the rules and the sender of the message that it came of. */
export interface Asked {
  readonly effect: Effect;
  readonly rules: ChainRules;
  readonly from: number | undefined;
}

export interface EffectQueuePorts {
  readonly isAlive: () => boolean;
  /** Writes that are durable. */
  readonly synced: () => number;
  /** Gives the number of a write that all later effects wait for. */
  readonly carryOut: (asked: Asked) => number | undefined;
}

/** Effects of one life in order; whatever comes after something to keep waits until that is durable. */
export class EffectQueue {
  #waiting: Asked[] = [];
  #barrier = 0;
  #isDraining = false;
  readonly #ports: EffectQueuePorts;

  constructor(ports: EffectQueuePorts) {
    this.#ports = ports;
  }

  push(asked: Asked): void {
    this.#waiting.push(asked);
  }

  /** Carries out what may be. What is carried out may push more, which waits for its turn. */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (this.#ports.isAlive() && this.#barrier <= this.#ports.synced()) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#barrier = this.#ports.carryOut(next) ?? this.#barrier;
    }
    this.#isDraining = false;
  }
}
