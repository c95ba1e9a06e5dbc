/**
 * Runs a task with a signal that comes with the caller's own or when its time is up, with that reason. Neither timer nor
 * listener stays behind: there may be thousands of calls a second, each allowed half a minute.
 */
export async function limitTime<T>(task: (signal: AbortSignal) => Promise<T>, { timeoutMs, timeUp, signal }: { timeoutMs: number; timeUp: () => Error; signal?: AbortSignal | undefined }): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(timeUp()), timeoutMs);
  timer.unref();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await task(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
