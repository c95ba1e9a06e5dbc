import { Session } from 'node:inspector';
import { setImmediate } from 'node:timers/promises';

const WORTH = 1.25;

/**
 * V8 collects garbage when something is allocated: a process that came to rest would keep what its last load left behind
 * for ever. The answer collects all of it, shrinks the heap and gives the pages back (V8's low-memory notification, for
 * which the inspector's protocol is Node's only door; a call of `gc` keeps three quarters of them). It stops the process
 * for a tenth of a second: for moments in which nothing is in use. Resolves when it is done.
 */
export function createCollector(): () => Promise<void> {
  let leftBytes = 0;
  return async () => {
    // Little has come since: not worth the pause.
    if (process.memoryUsage.rss() < leftBytes * WORTH) return;
    const session = new Session();
    session.connect();
    await new Promise<void>((resolve) => session.post('HeapProfiler.collectGarbage', () => resolve()));
    // In a turn of its own: within the answer's, the process would stand still for ever.
    await setImmediate();
    session.disconnect();
    leftBytes = process.memoryUsage.rss();
  };
}
