import type { FinalAnswer } from './host-types';
import type { Hash } from './types';

class Waiter {
  readonly promise: Promise<FinalAnswer>;
  resolve!: (answer: FinalAnswer) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise<FinalAnswer>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever waits hears of a refusal; that nobody waits any more is no unhandled error of the process.
    this.promise.catch(ignore);
  }
}

function ignore(): void {}

/** Who waits for which transaction of one chain. */
export class Submissions {
  readonly #waiters = new Map<Hash, Waiter>();

  /** The answer to come; callers with the same id share it. */
  expect(id: Hash): Promise<FinalAnswer> {
    const known = this.#waiters.get(id);
    if (known !== undefined) return known.promise;
    const waiter = new Waiter();
    this.#waiters.set(id, waiter);
    return waiter.promise;
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  isExpected(id: Hash): boolean {
    return this.#waiters.has(id);
  }

  /** Nobody waits any more. */
  forget(id: Hash): void {
    this.#waiters.delete(id);
  }

  finish(answer: FinalAnswer): void {
    this.#waiters.get(answer.id)?.resolve(answer);
    this.#waiters.delete(answer.id);
  }

  refuse(id: Hash, error: unknown): void {
    this.#waiters.get(id)?.reject(error);
    this.#waiters.delete(id);
  }

  refuseAll(error: unknown): void {
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }
}
