import type { ChainId } from './types';

/**
 * Which peers may be other than they were: a peer changes only while it is in use, so a mark when it is opened and one
 * when it is closed are enough, and whoever looks each second at ten thousand that rest looks at none of them.
 */
export class ChangeMarks {
  #clock = 1;
  /** Since when no peer was removed: an older look has to be taken anew. */
  #removal = 1;
  readonly #marks = new Map<ChainId, number>();

  /** The peer is made, opened, closed, or found broken. */
  touch(chain: ChainId): void {
    this.#marks.set(chain, (this.#clock += 1));
  }

  remove(chain: ChainId): void {
    this.#marks.delete(chain);
    this.#removal = this.#clock += 1;
  }

  /** For the next call of `since`. */
  get now(): number {
    return this.#clock;
  }

  /** Peers that were touched after the mark; undefined: look at all of them. */
  since(mark: number): ChainId[] | undefined {
    if (!(mark >= this.#removal && mark <= this.#clock)) return undefined;
    return [...this.#marks].flatMap(([chain, at]) => (at > mark ? [chain] : []));
  }
}
