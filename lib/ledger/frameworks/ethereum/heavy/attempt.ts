import { SLICE_GAS, withPace, type Evm, type EvmMessage, type EvmSession } from '../../../vm/evm';
import { nameOfMessage, type HeavyHints } from './heavy-hints';

export interface HeavyLimits {
  /** An execution that used so much gas here … */
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

/** One execution of a block or a call on the main thread, given up once it turns out to be heavy. */
export class Attempt {
  /** Set when it was given up: what was executed then. */
  heavyName: string | undefined;
  readonly #ports: AttemptPorts;
  readonly #limits: HeavyLimits;
  readonly #hints: HeavyHints;
  readonly #chain: string;
  #gas = 0;
  #ms = 0;
  #resumedAt: number;
  #current = '';

  constructor(chain: string, limits: HeavyLimits, hints: HeavyHints, ports: AttemptPorts) {
    this.#chain = chain;
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
    if (this.#hints.has(this.#current) || (this.#gas >= this.#limits.gas && this.#elapsed() >= this.#limits.ms)) this.#giveUp();
  }

  async #pause(): Promise<void> {
    this.#gas += SLICE_GAS;
    this.#ms = this.#elapsed();
    if (this.#gas >= this.#limits.gas && this.#ms >= this.#limits.ms) this.#giveUp();
    await this.#ports.yieldTurn();
    this.#resumedAt = this.#ports.nowMs();
  }

  /** Time on the main thread so far, without that of others in between. */
  #elapsed(): number {
    return this.#ms + this.#ports.nowMs() - this.#resumedAt;
  }

  #giveUp(): never {
    this.heavyName = this.#current;
    throw new TooHeavyError('it is carried out by a thread of its own');
  }
}
