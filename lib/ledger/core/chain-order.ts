import type { ChainId } from './types';

/** Making, stopping, starting, moving and removing one chain happen one after another; different chains side by side. */
export class ChainOrder {
  readonly #last = new Map<ChainId, Promise<unknown>>();

  /** Runs the task when those before it have ended, well or not. */
  run<T>(chain: ChainId, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(chain) ?? Promise.resolve();
    const result = before.then(task, task);
    this.#last.set(chain, result);
    const clean = (): void => {
      if (this.#last.get(chain) === result) this.#last.delete(chain);
    };
    result.then(clean, clean);
    return result;
  }

  isBusy(chain: ChainId): boolean {
    return this.#last.has(chain);
  }

  /** Until what is under way of the chain has ended. Never rejects: whoever asked for it hears of a failure. */
  async wait(chain: ChainId): Promise<void> {
    await this.#last.get(chain)?.catch(() => undefined);
  }

  /** Until what is under way of all chains has ended. Never rejects. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#last.values());
  }
}
