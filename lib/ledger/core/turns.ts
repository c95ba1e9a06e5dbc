import { assert } from '@/lib/platform/pure/assert';
import { TURN_SHARE, TurnMeter, type Turn } from './turn';

/** Most that a chain owes after a turn that took longer (one block of another peer, one heavy transaction). */
export const DEBT_MS_MAX = 100;
/**
 * How often a turn may hand over the thread before the next chain's begins beside it. A slice of execution is about
 * 2 ms, so a usual block ends well within.
 */
const PATIENCE = 4;
/** Turns that take longer and go on beside the others on this thread; above it the next turn waits for one of them. */
const ASIDE_MAX = 8;

interface Task {
  /** Resolves with what tells the caller how it ended. Never rejects. */
  readonly begin: (turn: Turn) => Promise<() => void>;
  readonly onSpent: OnSpent;
}

/** A turn is over: for how long it held the thread, and what worker threads spent on it, in milliseconds. */
export type OnSpent = (heldMs: number, workerMs: number) => void;

/** A chain that has something to do. */
interface Place {
  readonly tasks: Task[];
  /** What it may take; below zero: what it owes. */
  creditMs: number;
  /** The last round in which it was its turn, or was passed over for its debt. */
  round: number;
}

export interface TurnsOptions {
  /** Resolves after waiting sockets and files had their turn. */
  readonly yieldTurn: () => Promise<void>;
  /** Monotonic, in milliseconds with fractions. */
  readonly elapsedMs: () => number;
}

/**
 * Shares one thread among chains, fair by cost: deficit round robin over those that have work. Each round brings a chain
 * {@link TURN_SHARE}; a turn (one task, about one block) is measured, and whoever took more than its share is passed over
 * until that is paid. A chain alone goes on, and owes nothing to nobody. Between two turns sockets and files have theirs.
 *
 * A turn that takes long (a contract that loops until its gas is gone) steps aside: it goes on, slice by slice, beside
 * the turns of the others. An idle chain costs nothing: it has no entry here.
 */
export class Turns {
  /** Chains that wait for a turn, the next one first; never one whose turn is under way. */
  readonly #waiting = new Map<string, Place>();
  /** Chains whose turn is under way, with what came for them meanwhile. */
  readonly #busy = new Map<string, Place>();
  /** What chains owe that have nothing to do at the moment; kept while anybody else has. */
  readonly #debts = new Map<string, Place>();
  readonly #aside = new Map<Promise<void>, TurnMeter>();
  readonly #options: TurnsOptions;
  #hosts = 0;
  #round = 0;
  #isRunning = false;
  /** Called when a chain begins to wait, or a turn leaves this thread or comes back. */
  #onWaiting: () => void = () => undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** A name for the chains of one host: hosts of one process have the same chains. */
  enter(): string {
    this.#hosts += 1;
    return String(this.#hosts);
  }

  /** Resolves or rejects as the task does, in its turn. Tasks of one chain run in the order of the calls, never two at once. */
  run<T>(chain: string, task: (turn: Turn) => Promise<T>, onSpent: OnSpent): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const begin: Task['begin'] = (turn) =>
        task(turn).then(
          (result) => () => resolve(result),
          (error: unknown) => () => reject(error),
        );
      const place = this.#busy.get(chain) ?? this.#waiting.get(chain);
      if (place !== undefined) place.tasks.push({ begin, onSpent });
      else this.#wait(chain, this.#placeOf(chain, { begin, onSpent }));
      if (!this.#isRunning) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#isRunning = true;
    await Promise.resolve();
    while (this.#waiting.size > 0 || this.#aside.size > 0) {
      if (this.#waiting.size === 0 || this.#isCrowded) await this.#change(this.#aside.keys());
      else await this.#take(...this.#next());
    }
    this.#debts.clear();
    this.#isRunning = false;
  }

  /** As many turns as may be go on beside the others, on this thread. */
  get #isCrowded(): boolean {
    if (this.#aside.size < ASIDE_MAX) return false;
    let here = 0;
    for (const turn of this.#aside.values()) if (!turn.isElsewhere) here += 1;
    return here >= ASIDE_MAX;
  }

  /** Whose turn it is: the first in the round that owes nothing. */
  #next(): [string, Place] {
    for (let passed = 0; ; passed += 1) {
      // A Map keeps the order of insertion: the first key is the chain that has waited longest.
      const [first] = this.#waiting;
      assert(first !== undefined, 'a turn is given while a chain waits');
      const [chain, place] = first;
      if (place.round === this.#round) this.#round += 1;
      place.round = this.#round;
      place.creditMs = this.#waiting.size === 1 ? TURN_SHARE.ms : Math.min(TURN_SHARE.ms, place.creditMs + TURN_SHARE.ms);
      if (place.creditMs > 0) return first;
      this.#waiting.delete(chain);
      this.#waiting.set(chain, place);
      if (passed >= this.#waiting.size) this.#skipRounds();
    }
  }

  /** All owe something: the rounds in which nobody would have a turn pass at once. */
  #skipRounds(): void {
    let least = DEBT_MS_MAX;
    for (const { creditMs } of this.#waiting.values()) least = Math.min(least, -creditMs);
    const rounds = Math.floor(least / TURN_SHARE.ms);
    for (const place of this.#waiting.values()) {
      place.creditMs += rounds * TURN_SHARE.ms;
      place.round += rounds;
    }
    this.#round += rounds;
  }

  /** Resolves when the turn is over, or goes on aside. */
  async #take(chain: string, place: Place): Promise<void> {
    const { yieldTurn } = this.#options;
    this.#waiting.delete(chain);
    this.#busy.set(chain, place);
    let isOver = false;
    const meter = new TurnMeter(this.#options.elapsedMs, { ...TURN_SHARE, ms: place.creditMs }, () => this.#waiting.size > 0, () => this.#onWaiting());
    const turn = this.#runFirst(chain, place, meter, () => {
      isOver = true;
    });
    for (let patience = PATIENCE; !isOver && !meter.isElsewhere && patience > 0; ) {
      if (this.#waiting.size === 0) {
        await this.#change([turn]);
      } else {
        const pause = yieldTurn();
        await Promise.race([turn, pause]);
        patience -= 1;
        if (isOver) return pause;
      }
    }
    if (isOver) return this.#waiting.size > 0 ? yieldTurn() : undefined;
    const aside = turn.finally(() => this.#aside.delete(aside));
    this.#aside.set(aside, meter);
  }

  /** `onOver` before the task's caller hears of it, who may come with the next at once. Never rejects. */
  async #runFirst(chain: string, place: Place, meter: TurnMeter, onOver: () => void): Promise<void> {
    const task = place.tasks.shift();
    const tell = await task?.begin(meter);
    const { heldMs, workerMs } = meter;
    task?.onSpent(heldMs, workerMs);
    place.creditMs = Math.max(-DEBT_MS_MAX, place.creditMs - heldMs);
    this.#busy.delete(chain);
    if (place.tasks.length > 0) this.#wait(chain, place);
    else if (place.creditMs < 0 && this.#waiting.size + this.#busy.size > 0) this.#debts.set(chain, place);
    onOver();
    tell?.();
  }

  /** A chain comes with its first task: the rounds since its last turn paid what it owed. */
  #placeOf(chain: string, task: Task): Place {
    const debt = this.#debts.get(chain);
    this.#debts.delete(chain);
    const last = this.#round - 1;
    if (debt === undefined) return { tasks: [task], creditMs: 0, round: last };
    const round = Math.max(debt.round, last);
    return { tasks: [task], creditMs: Math.min(0, debt.creditMs + (round - debt.round) * TURN_SHARE.ms), round };
  }

  #wait(chain: string, place: Place): void {
    this.#waiting.set(chain, place);
    this.#onWaiting();
  }

  /** Resolves when one of the turns is over, one leaves this thread or comes back, or a chain begins to wait. */
  #change(turns: Iterable<Promise<void>>): Promise<void> {
    const arrival = new Promise<void>((resolve) => {
      this.#onWaiting = resolve;
    });
    return Promise.race([...turns, arrival]);
  }
}
