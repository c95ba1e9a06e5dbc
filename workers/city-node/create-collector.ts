import { Session } from 'node:inspector';
import { setImmediate } from 'node:timers/promises';
import { trimAllocator } from './trim-allocator';

const WORTH = 1.25;

/**
 * V8 collects garbage when something is allocated: a process that came to rest would keep what its last load left behind
 * for ever. The answer collects all of it, shrinks the heap and gives the pages back (V8's low-memory notification, for
 * which the inspector's protocol is Node's only door; a call of `gc` keeps three quarters of them), and then lets glibc do
 * the same with what lay outside of V8's heap. It stops the process for a tenth of a second: for moments in which nothing
 * is in use. Resolves when it is done, or could not be done: why is told to `onError`.
 */
export function createCollector(onError: (error: unknown) => void): () => Promise<void> {
  let leftBytes = 0;
  let collecting: Promise<void> | undefined;
  const collect = async (): Promise<void> => {
    // Little has come since: not worth the pause.
    if (process.memoryUsage.rss() < leftBytes * WORTH) return;
    const session = new Session();
    session.connect();
    try {
      await new Promise<void>((resolve, reject) => session.post('HeapProfiler.collectGarbage', (error) => (error ? reject(error) : resolve())));
      // In a turn of its own: within the answer's, the process would stand still for ever.
      await setImmediate();
      // After V8: what its objects held outside of its heap is free only now.
      await trimAllocator();
    } finally {
      // Also where a part of it cannot be done: it would not go better the next time.
      leftBytes = process.memoryUsage.rss();
      session.disconnect();
    }
  };
  return () =>
    (collecting ??= collect()
      .catch(onError)
      .finally(() => {
        collecting = undefined;
      }));
}
