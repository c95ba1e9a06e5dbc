import { SLICE_GAS, withPace, type Evm, type EvmMessage, type EvmSession } from '../../../vm/evm';
import type { JobLane } from '../../../vm/threads';
import { nameOfMessage, type HeavyHints } from './heavy-hints';

export interface HeavyLimits {
  /** What used so much gas here … */
  readonly gas: number;
  /** … and held the main thread for so many milliseconds is heavy. Gas alone does not say: a write costs much and takes little. */
  readonly ms: number;
}

export interface AttemptPorts {
  readonly yieldTurn: () => Promise<void>;
  readonly nowMs: () => number;
}

/** Ends an attempt. Nobody but the attempt's owner sees it. */
class TooHeavyError extends Error {
  override readonly name = 'TooHeavyError';
}

/**
 * One execution on the main thread, given up once it turns out to be heavy: a call by all that it runs (an estimate runs
 * its message many times), a block by a single message. A block of many light ones stays: they are the usual load, and
 * turns keep it within its share.
 */
export class Attempt {
  /** Set when it was given up: what was executed then. */
  heavyName: string | undefined;
  readonly #ports: AttemptPorts;
  readonly #limits: HeavyLimits;
  readonly #hints: HeavyHints;
  readonly #chain: string;
  readonly #lane: JobLane;
  /** What counts so far: gas … */
  #gas = 0;
  /** … and time on this thread, without that of others in between. */
  #ms = 0;
  #resumedAt: number;
  #current = '';

  constructor({ chain, lane }: { readonly chain: string; readonly lane: JobLane }, limits: HeavyLimits, hints: HeavyHints, ports: AttemptPorts) {
    this.#chain = chain;
    this.#lane = lane;
    this.#limits = limits;
    this.#hints = hints;
    this.#ports = ports;
    this.#resumedAt = ports.nowMs();
  }

  /** The machine, watched. */
  watch(evm: Evm): Evm {
    const paced = withPace(evm, () => this.#pause());
    return { crypto: evm.crypto, open: async (environment) => this.#watchSession(await paced.open(environment)) };
  }

  #watchSession(session: EvmSession): EvmSession {
    return {
      account: (address) => session.account(address),
      hasCode: (address) => session.hasCode(address),
      put: (address, fields) => session.put(address, fields),
      execute: (message, options) => {
        this.#begin(message);
        return session.execute(message, options);
      },
      discard: () => session.discard(),
      commit: (parentRoot) => session.commit(parentRoot),
      close: () => session.close(),
    };
  }

  #begin(message: EvmMessage): void {
    this.#current = nameOfMessage(this.#chain, message);
    if (this.#lane === 'block') {
      this.#gas = 0;
      this.#ms = 0;
      this.#resumedAt = this.#ports.nowMs();
    }
    if (this.#hints.has(this.#current)) this.#giveUp();
    this.#giveUpWhenHeavy();
  }

  async #pause(): Promise<void> {
    this.#gas += SLICE_GAS;
    this.#ms += this.#ports.nowMs() - this.#resumedAt;
    this.#giveUpWhenHeavy();
    await this.#ports.yieldTurn();
    this.#resumedAt = this.#ports.nowMs();
  }

  #giveUpWhenHeavy(): void {
    if (this.#gas >= this.#limits.gas && this.#ms >= this.#limits.ms) this.#giveUp();
  }

  #giveUp(): never {
    this.heavyName = this.#current;
    throw new TooHeavyError('it is carried out by a thread of its own');
  }
}
