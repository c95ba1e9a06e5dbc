import type { ThreadPorts } from '../vm/threads';

/** So much time passes with each look at the clock. */
const TICK_MS = 0.5;
let nowMs = 0;

/** The world of a thread in tests: a clock that knows nothing of how fast the machine is. */
export const threadPorts: ThreadPorts = {
  yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
  nowMs: () => (nowMs += TICK_MS),
};
