import type { ChainId } from './types';

type Task = () => Promise<void>;

/**
 * Shares one thread among chains: round robin over those that have work, one task (one block) a turn. Between two
 * turns sockets and files have theirs. An idle chain costs nothing: it has no entry here.
 */
export class Turns {
  readonly #tasks = new Map<ChainId, Task[]>();
  readonly #yieldTurn: () => Promise<void>;
  #running: Promise<void> | undefined;

  constructor(yieldTurn: () => Promise<void>) {
    this.#yieldTurn = yieldTurn;
  }

  /** Resolves or rejects as the task does, in its turn. Tasks of one chain run in the order of the calls. */
  run<T>(chain: ChainId, task: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const tasks = this.#tasks.get(chain);
      const turn: Task = () => task().then(resolve, reject);
      if (tasks === undefined) this.#tasks.set(chain, [turn]);
      else tasks.push(turn);
      this.#running ??= this.#drain();
    });
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    // A Map keeps the order of insertion: the first key is the chain that has waited longest.
    for (let next = this.#tasks.entries().next(); next.done !== true; next = this.#tasks.entries().next()) {
      const [chain, tasks] = next.value;
      const task = tasks.shift();
      await task?.();
      this.#tasks.delete(chain);
      if (tasks.length > 0) this.#tasks.set(chain, tasks);
      if (this.#tasks.size > 0) await this.#yieldTurn();
    }
    this.#running = undefined;
  }
}
