import type { ExecutedBlock, BlockInput, FrameworkInstance } from './framework';
import type { StateReader } from './storage';

/** What a turn may take in one round while others wait: so long, or so many transactions. */
export const TURN_SHARE = { ms: 2, transactions: 64 } as const;

/** What a task may ask and say of the turn that it runs in. */
export interface Turn {
  /** Another chain waits for its turn. */
  readonly isAwaited: boolean;
  /**
   * One more transaction is done: true when another chain waits and this turn had its share of time or transactions, or
   * that of so many rounds; what is above one round is paid by waiting.
   */
  isEnough(rounds?: number): boolean;
  /** Waits for what is not this thread's work; the time is not the turn's, and other turns may begin meanwhile. */
  aside<T>(wait: () => Promise<T>): Promise<T>;
  /** As `aside`, while only another thread works on it: it holds up no other turn. */
  elsewhere<T>(wait: () => Promise<T>): Promise<T>;
  /** Worker threads spent so many milliseconds on it. */
  spentOnWorker(ms: number): void;
}

/** Executes a block in a turn. Only one that is being built may end early, after so many rounds' share: another peer's is as long as it is. */
export async function executeInTurn(turn: Turn, instance: FrameworkInstance, input: BlockInput, state: StateReader, rounds = 1): Promise<ExecutedBlock> {
  const executed = await instance.executeBlock(
    { ...input, aside: (wait) => turn.aside(wait), elsewhere: (wait) => turn.elsewhere(wait), ...(input.building ? { isEnough: () => turn.isEnough(rounds) } : {}) },
    state,
  );
  turn.spentOnWorker(executed.workerMs ?? 0);
  return executed;
}

/** Measures one turn: how long it held the thread, whatever ran while it stood aside. */
export class TurnMeter implements Turn {
  readonly #elapsedMs: () => number;
  readonly #share: { readonly ms: number; readonly transactions: number };
  readonly #awaited: () => boolean;
  readonly #onMoved: () => void;
  #transactions = 0;
  #spentMs = 0;
  /** Since when it holds the thread; absent while it stands aside. */
  #since: number | undefined;
  #isElsewhere = false;
  workerMs = 0;

  /** Begins now. `share`: what it may take while others wait. `onMoved`: it went elsewhere, or came back. */
  constructor(elapsedMs: () => number, share: { readonly ms: number; readonly transactions: number }, awaited: () => boolean, onMoved: () => void = () => undefined) {
    this.#onMoved = onMoved;
    this.#elapsedMs = elapsedMs;
    this.#share = share;
    this.#awaited = awaited;
    this.#since = elapsedMs();
  }

  /** Time of the thread that it took so far. */
  get heldMs(): number {
    return this.#spentMs + (this.#since === undefined ? 0 : this.#elapsedMs() - this.#since);
  }

  get isAwaited(): boolean {
    return this.#awaited();
  }

  isEnough(rounds = 1): boolean {
    this.#transactions += 1;
    if (!this.#awaited()) return false;
    const { ms, transactions } = this.#share;
    return this.#transactions >= transactions * rounds || this.heldMs >= ms + (rounds - 1) * TURN_SHARE.ms;
  }

  async aside<T>(wait: () => Promise<T>): Promise<T> {
    this.#spentMs = this.heldMs;
    this.#since = undefined;
    try {
      return await wait();
    } finally {
      // Of several waits that end one after another each ends what the one before began.
      this.#spentMs = this.heldMs;
      this.#since = this.#elapsedMs();
    }
  }

  /** Only another thread works on it. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  async elsewhere<T>(wait: () => Promise<T>): Promise<T> {
    this.#move(true);
    try {
      return await this.aside(wait);
    } finally {
      this.#move(false);
    }
  }

  #move(isElsewhere: boolean): void {
    this.#isElsewhere = isElsewhere;
    this.#onMoved();
  }

  spentOnWorker(ms: number): void {
    this.workerMs += ms;
  }
}
