import { LIMIT_EXCEEDED, RpcError } from './rpc-error';

/** Calls of one sub-chain that execute side by side, and that wait for one of them to end. */
export const CALLS_AT_ONCE = 4;
export const CALLS_WAITING_MAX = 256;
/** Who found no place is told to come again after that: calls are short, or end with their time limit of some seconds. */
const RETRY_AFTER_MS = 1_000;

interface Waiter {
  readonly begin: () => void;
}

/**
 * Bounds how many calls of one sub-chain execute at once. Each takes a slice of the process in turn, so without a bound
 * fifty looping calls of one tenant would leave every other tenant a fiftieth. Costs nothing while nothing is called.
 */
export class CallLanes {
  #running = 0;
  readonly #waiting = new Set<Waiter>();

  /** Runs the call when its time has come. Throws RpcError -32005 when too many wait, or the signal's reason. */
  async run<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#running < CALLS_AT_ONCE) this.#running += 1;
    else await this.#wait(signal);
    try {
      return await call();
    } finally {
      this.#next();
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= CALLS_WAITING_MAX) {
      throw new RpcError(LIMIT_EXCEEDED, `too many calls of this sub-chain are being executed: try again in ${RETRY_AFTER_MS} ms`, { retryAfterMs: RETRY_AFTER_MS });
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiter);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      const waiter: Waiter = {
        begin: () => {
          leave();
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', onAbort);
    });
  }

  /** Hands the lane to the one that has waited longest. */
  #next(): void {
    const next = this.#waiting.values().next();
    if (next.done === true) this.#running -= 1;
    else next.value.begin();
  }
}
