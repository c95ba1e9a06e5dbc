import type { ThreadPorts } from '../vm/threads';

/** The world of a thread in tests. */
export const threadPorts: ThreadPorts = {
  yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
  nowMs: () => performance.now(),
};
