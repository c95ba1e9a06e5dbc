import type { ChainId } from './types';

/**
 * Peers that are in use, in two generations: whoever is asked for moves to the younger one, and `turn` offers the older
 * one for closing. So a peer that was not used for a whole period goes, without a timer or a time for each.
 */
export class OpenedPeers<Opened> {
  #young = new Map<ChainId, Opened>();
  #old = new Map<ChainId, Opened>();

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The opened peer; it counts as used. */
  use(chain: ChainId): Opened | undefined {
    const young = this.#young.get(chain);
    if (young !== undefined) return young;
    const old = this.#old.get(chain);
    if (old === undefined) return undefined;
    this.#old.delete(chain);
    this.#young.set(chain, old);
    return old;
  }

  /** The opened peer, for whoever only looks. */
  peek(chain: ChainId): Opened | undefined {
    return this.#young.get(chain) ?? this.#old.get(chain);
  }

  add(chain: ChainId, opened: Opened): void {
    this.#young.set(chain, opened);
  }

  delete(chain: ChainId): void {
    this.#young.delete(chain);
    this.#old.delete(chain);
  }

  *values(): IterableIterator<Opened> {
    yield* this.#old.values();
    yield* this.#young.values();
  }

  /** A period is over. Takes out those that were not used in it and may be closed. */
  turn(mayClose: (opened: Opened) => boolean): Opened[] {
    const closed: Opened[] = [];
    const next = this.#young;
    for (const [chain, opened] of this.#old) {
      if (mayClose(opened)) closed.push(opened);
      else next.set(chain, opened);
    }
    this.#old = next;
    this.#young = new Map();
    return closed;
  }
}
