interface Waiter {
  readonly after: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Callers that wait for a chain to grow; no timer, no polling. */
export class HeightWaiters {
  readonly #waiters = new Set<Waiter>();

  /** Resolves when {@link reached} names a height above `after`; rejects with the signal's reason. */
  wait(after: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => waiter.reject(signal.reason);
      const waiter: Waiter = {
        after,
        resolve: () => {
          leave();
          resolve();
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', onAbort);
    });
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  reached(height: number): void {
    for (const waiter of this.#waiters) if (height > waiter.after) waiter.resolve();
  }

  rejectAll(error: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(error);
  }
}
