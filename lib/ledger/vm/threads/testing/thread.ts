import { Buffer } from 'node:buffer';
import { getPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { serveJobs, type JobContext } from '../serve-jobs';

/** What the jobs of the tests do. */
export type TestJob =
  | { readonly do: 'echo'; readonly value: unknown }
  /** Its priority in the system; higher gives way to lower. */
  | { readonly do: 'priority' }
  | { readonly do: 'fail'; readonly message: string }
  | { readonly do: 'read'; readonly keys: readonly Uint8Array[]; readonly prefetch: boolean }
  | { readonly do: 'range'; readonly from: Uint8Array; readonly to: Uint8Array; readonly limit: number }
  /** Slice by slice, until it is aborted. */
  | { readonly do: 'spin' }
  /** Ends the thread, or hangs in one slice, as often as the state's entry `times` says; then echoes. */
  | { readonly do: 'die' | 'hang'; readonly value: unknown };

async function carryOut(job: TestJob, { state, signal, pause }: JobContext): Promise<unknown> {
  switch (job.do) {
    case 'echo':
      return job.value;
    case 'priority':
      return getPriority();
    case 'fail':
      throw new Error(job.message);
    case 'read':
      if (job.prefetch) state.prefetch(job.keys);
      return job.keys.map((key) => state.get(key));
    case 'range':
      return state.range({ from: job.from, to: job.to, limit: job.limit });
    case 'spin':
      for (;;) {
        await pause();
        signal.throwIfAborted();
      }
    case 'die':
    case 'hang':
      if (state.get(TIMES)?.[0] !== 1) return job.value;
      if (job.do === 'die') process.exit(7);
      for (;;);
  }
}

export const TIMES = new Uint8Array(Buffer.from('times'));

// A test takes its types and names from here, too.
if (!isMainThread) serveJobs({ note: 'for tests', run: (payload, context) => carryOut(payload as TestJob, context) }, { yieldTurn: () => new Promise((resolve) => setImmediate(resolve)), nowMs: () => performance.now() });
