import type { ChainId } from './types';

type Task = () => Promise<void>;

/**
 * How often a turn may hand over the thread before the next chain's begins beside it. A slice of execution is about
 * 2 ms, so a usual block ends well within.
 */
const PATIENCE = 4;
/** Turns that take longer and go on beside the others; above it the next turn waits for one of them. */
const ASIDE_MAX = 8;

/**
 * Shares one thread among chains: round robin over those that have work, one task (one block) a turn. Between two
 * turns sockets and files have theirs. A turn that takes long (a contract that loops until its gas is gone) steps
 * aside: it goes on, slice by slice, beside the turns of the others. An idle chain costs nothing: it has no entry here.
 */
export class Turns {
  /** Chains that wait for a turn, the one that has waited longest first; never one whose turn is under way. */
  readonly #waiting = new Map<ChainId, Task[]>();
  /** Chains whose turn is under way, with what came for them meanwhile. */
  readonly #busy = new Map<ChainId, Task[]>();
  readonly #aside = new Set<Promise<void>>();
  readonly #yieldTurn: () => Promise<void>;
  #running: Promise<void> | undefined;
  /** Called when a chain begins to wait. */
  #onWaiting: () => void = () => undefined;

  constructor(yieldTurn: () => Promise<void>) {
    this.#yieldTurn = yieldTurn;
  }

  /** Resolves or rejects as the task does, in its turn. Tasks of one chain run in the order of the calls, never two at once. */
  run<T>(chain: ChainId, task: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const turn: Task = () => task().then(resolve, reject);
      const tasks = this.#busy.get(chain) ?? this.#waiting.get(chain);
      if (tasks !== undefined) tasks.push(turn);
      else this.#wait(chain, [turn]);
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
    while (this.#waiting.size > 0 || this.#aside.size > 0) {
      // A Map keeps the order of insertion: the first key is the chain that has waited longest.
      const next = this.#waiting.entries().next();
      if (next.done === true || this.#aside.size >= ASIDE_MAX) await this.#change(this.#aside);
      else await this.#take(...next.value);
    }
    this.#running = undefined;
  }

  /** Resolves when the turn is over, or goes on aside. */
  async #take(chain: ChainId, tasks: Task[]): Promise<void> {
    this.#waiting.delete(chain);
    this.#busy.set(chain, tasks);
    let isOver = false;
    const turn = this.#runFirst(chain, tasks).finally(() => {
      isOver = true;
    });
    for (let patience = PATIENCE; !isOver && patience > 0; ) {
      if (this.#waiting.size === 0) {
        await this.#change([turn]);
      } else {
        const pause = this.#yieldTurn();
        await Promise.race([turn, pause]);
        patience -= 1;
        if (isOver) return pause;
      }
    }
    if (isOver) return this.#waiting.size > 0 ? this.#yieldTurn() : undefined;
    const aside = turn.finally(() => this.#aside.delete(aside));
    this.#aside.add(aside);
  }

  async #runFirst(chain: ChainId, tasks: Task[]): Promise<void> {
    const task = tasks.shift();
    await task?.();
    this.#busy.delete(chain);
    if (tasks.length > 0) this.#wait(chain, tasks);
  }

  #wait(chain: ChainId, tasks: Task[]): void {
    this.#waiting.set(chain, tasks);
    this.#onWaiting();
  }

  /** Resolves when one of the turns is over, or a chain begins to wait. */
  #change(turns: Iterable<Promise<void>>): Promise<void> {
    const arrival = new Promise<void>((resolve) => {
      this.#onWaiting = resolve;
    });
    return Promise.race([...turns, arrival]);
  }
}
