import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { timeMs, type MachinePorts } from '../lib/ledger';

/** The machine's ports as a city-node process hands them over, without its log. */
export const processPorts: MachinePorts = {
  now: () => timeMs(Date.now()),
  schedule: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  yieldTurn: () => setImmediate(),
  elapsedMs: () => performance.now(),
  nonce: () => randomBytes(16),
  logger: { info: () => undefined, warn: () => undefined, error: (fields, event) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`) },
};
