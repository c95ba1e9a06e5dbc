import type { MachineLogger } from '../../../core/ports';
import { createEthereumFramework, type EthereumFramework, type ThreadsOptions } from '../framework';
import { yieldTurn } from './test-chain';

const silent: MachineLogger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The framework with one real thread for heavy work. Whoever makes it closes it. */
export function createThreadedFramework(threads: Partial<ThreadsOptions> = {}): Promise<EthereumFramework> {
  return createEthereumFramework({
    yieldTurn,
    threads: {
      entry: new URL('./thread.ts', import.meta.url),
      threadsMax: 1,
      nowMs: () => performance.now(),
      schedule: (delayMs, task) => {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
      logger: silent,
      ...threads,
    },
  });
}
