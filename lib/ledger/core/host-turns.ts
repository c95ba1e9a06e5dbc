import type { Turn } from './turn';
import type { Turns } from './turns';
import type { ChainId } from './types';

/** One host's part in the turns of a thread, which the hosts of a process may share. */
export class HostTurns {
  readonly #turns: Turns;
  readonly #name: string;
  readonly #onSpent: (chain: ChainId, heldMs: number, workerMs: number) => void;
  readonly #running = new Set<Promise<unknown>>();

  /** `onSpent`: a turn of that chain is over; for how long it held the thread, and what worker threads spent on it. */
  constructor(turns: Turns, onSpent: (chain: ChainId, heldMs: number, workerMs: number) => void) {
    this.#turns = turns;
    this.#name = turns.enter();
    this.#onSpent = onSpent;
  }

  /** Resolves or rejects as the task does, in its turn. Tasks of one chain run in the order of the calls, never two at once. */
  run<T>(chain: ChainId, task: (turn: Turn) => Promise<T>): Promise<T> {
    const result = this.#turns.run(`${this.#name}/${chain}`, task, (heldMs, workerMs) => this.#onSpent(chain, heldMs, workerMs));
    this.#running.add(result);
    const leave = (): void => void this.#running.delete(result);
    result.then(leave, leave);
    return result;
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when nothing of this host is left to do. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
