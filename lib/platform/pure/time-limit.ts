/**
 * Does `task` with a signal that is aborted when `signal` is, or after `ms` milliseconds with a TimeoutError. Nothing of it
 * is left when the task has ended.
 *
 * `AbortSignal.any([signal, AbortSignal.timeout(ms)])` is not enough: Node holds the inner signal weakly, a garbage
 * collection takes it while somebody waits for the outer one, and the time is never up (nodejs/node#57736).
 */
export async function withTimeLimit<T>(ms: number, signal: AbortSignal, task: (limited: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException(`${ms} ms are over`, 'TimeoutError')), ms);
  const abort = (): void => limit.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await task(limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
