import type { PeerResources } from './host-types';
import type { ChainId } from './types';

/** What is added up; what a sub-chain holds now is asked of whoever holds it. */
export type SpentResources = Pick<PeerResources, 'executionMs' | 'workerMs' | 'transactions' | 'calls'>;

type Spent = { -readonly [name in keyof SpentResources]: number };

const NOTHING: SpentResources = { executionMs: 0, workerMs: 0, transactions: 0, calls: 0 };

/**
 * What each sub-chain of a host spent since the process began. It outlives opened peers, and has an entry only for those
 * that were used.
 */
export class ResourceBook {
  readonly #spent = new Map<ChainId, Spent>();

  add(chain: ChainId, what: keyof SpentResources, amount: number): void {
    let spent = this.#spent.get(chain);
    if (spent === undefined) {
      spent = { ...NOTHING };
      this.#spent.set(chain, spent);
    }
    spent[what] += amount;
  }

  of(chain: ChainId): SpentResources {
    return { ...(this.#spent.get(chain) ?? NOTHING) };
  }

  /** The sub-chain is gone from here. */
  forget(chain: ChainId): void {
    this.#spent.delete(chain);
  }
}
