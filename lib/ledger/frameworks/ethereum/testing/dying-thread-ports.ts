import type { ThreadPorts } from '../../../vm/threads';

/** A thread that ends with the first slice of any work. */
export const threadPorts: ThreadPorts = {
  yieldTurn: async () => process.exit(3),
  nowMs: () => performance.now(),
};
