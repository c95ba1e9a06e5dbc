import { setImmediate } from 'node:timers/promises';
import type { ThreadPorts } from '@/lib/ledger';

/** What the engine asks of the world in its threads: a module, because functions cannot be sent to them. */
export const threadPorts: ThreadPorts = {
  yieldTurn: () => setImmediate(),
  nowMs: () => performance.now(),
};
