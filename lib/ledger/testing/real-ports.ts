import { randomBytes } from 'node:crypto';
import type { MachinePorts } from '../core/ports';
import { timeMs } from '../core/types';

/**
 * Ports of a process that a test starts: real clock and timers, nothing logged. `haste`: timers run so many times as
 * fast, so that a life of a second sees several checkpoints.
 */
export function createRealPorts({ haste = 1 }: { readonly haste?: number } = {}): MachinePorts {
  const ignore = (): void => undefined;
  return {
    now: () => timeMs(Date.now()),
    elapsedMs: () => performance.now(),
    schedule: (delayMs, run) => {
      const timer = setTimeout(run, delayMs / haste);
      return () => clearTimeout(timer);
    },
    yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
    nonce: () => randomBytes(16),
    logger: { info: ignore, warn: ignore, error: ignore },
  };
}
