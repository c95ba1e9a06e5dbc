import { availableParallelism } from 'node:os';
import type { ThreadsOptions } from '@/lib/ledger';
import { moduleBeside } from '@/lib/platform/pure/module-beside';

/** One core stays for everything else. */
const THREADS_MAX = Math.min(Math.max(availableParallelism() - 1, 1), 4);

/** The threads for heavy work of one process. They begin when there is some. */
export function threadOptions(logger: ThreadsOptions['logger']): ThreadsOptions {
  return { entry: moduleBeside(import.meta.url, './thread'), threadsMax: THREADS_MAX, nowMs: () => performance.now(), schedule, logger };
}

export function schedule(delayMs: number, task: () => void): () => void {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}
