import type { MachineLogger, MachinePorts } from '../../core/ports';
import type { StateReader } from '../../core/storage';
import { JobQueue, type JobLane } from './job-queue';
import type { JobCost, KnownEntry } from './protocol';
import { decodeError } from './wire-error';
import { WorkerThread, type ThreadJob } from './worker-thread';

export interface ThreadPoolOptions {
  /** The file that a thread begins with: it calls `serveJobs`. TypeScript is loaded through tsx, anything else as it is. */
  readonly entry: URL;
  readonly threadsMax: number;
  readonly schedule: MachinePorts['schedule'];
  readonly logger: MachineLogger;
}

export interface JobRequest {
  readonly chain: string;
  readonly lane: JobLane;
  readonly payload: unknown;
  /** Must stay readable and the same until the promise settles. */
  readonly state: StateReader;
  /** What is known of it already: these reads need no journey. */
  readonly known: readonly KnownEntry[];
  readonly signal?: AbortSignal;
  /** Asked by the program where the job may end early. */
  readonly isEnough?: () => boolean;
}

export interface JobDone {
  readonly value: unknown;
  readonly cost: JobCost;
}

/**
 * The job was not carried out. `full`: too many wait. `lost`: threads ended under it twice. `unavailable`: none can
 * be started. `closed`: the pool is.
 */
export class ThreadsError extends Error {
  override readonly name = 'ThreadsError';
  constructor(
    readonly code: 'full' | 'lost' | 'unavailable' | 'closed',
    message: string,
  ) {
    super(message);
  }
}

export interface ThreadPoolStatus {
  readonly threads: number;
  readonly running: number;
  readonly waiting: number;
}

/** Jobs of one lane that a thread carries out interleaved, so that one that is long does not hold up the others. */
const AT_ONCE: Readonly<Record<JobLane, number>> = { block: 4, call: 4 };
/** A job is tried again when its thread ended under it, so often in all. */
const LOSSES_MAX = 2;
/** Threads without work are ended after so long: each takes some 60 MB. */
const REST_MS = 30_000;
/** So many threads in a row that end before they are ready, and none is started for a while. */
const FAILED_STARTS_MAX = 2;
const FAILED_REST_MS = 60_000;

/**
 * Threads for work that would hold the main one too long. None exists until there is a job, nor a while after the last
 * one; one that dies or hangs is replaced and its jobs begin anew. Jobs read state from the main side.
 */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #queue = new JobQueue<ThreadJob>();
  readonly #threads = new Set<WorkerThread>();
  readonly #ending = new Set<Promise<void>>();
  #cancelRest: (() => void) | undefined;
  #failedStarts = 0;
  #cancelFailedRest: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  status(): ThreadPoolStatus {
    let running = 0;
    for (const thread of this.#threads) running += thread.jobs;
    return { threads: this.#threads.size, running, waiting: this.#queue.size };
  }

  /**
   * Carries out a job. Throws ThreadsError, the signal's reason, what a read of the state threw, or what the program
   * threw; `onCost` hears what a thread spent on it, also when nobody waits any more.
   */
  run(request: JobRequest, onCost: (cost: JobCost) => void = () => undefined): Promise<JobDone> {
    const { signal, ...work } = request;
    signal?.throwIfAborted();
    if (this.#isClosed) throw new ThreadsError('closed', 'the threads for heavy work are closed');
    if (this.#cancelFailedRest !== undefined) throw new ThreadsError('unavailable', 'threads for heavy work cannot be started at the moment');
    if (this.#queue.isFull) throw new ThreadsError('full', 'too much heavy work waits');
    return new Promise<JobDone>((resolve, reject) => {
      const over = (): void => {
        job.isOver = true;
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: unknown): void => {
        if (job.isOver) return;
        over();
        reject(error);
      };
      const onAbort = (): void => {
        fail(signal?.reason);
        if (!this.#queue.remove(job)) for (const thread of this.#threads) thread.abort(job);
        this.#restWhenIdle();
      };
      const job: ThreadJob = {
        ...work,
        losses: 0,
        isOver: false,
        fail,
        spent: onCost,
        finish: (answer) => {
          over();
          if (answer.kind === 'done') resolve({ value: answer.value, cost: answer.cost });
          else reject(decodeError(answer.error));
        },
      };
      signal?.addEventListener('abort', onAbort);
      this.#queue.add(job);
      this.#dispatch();
    });
  }

  /** Ends all threads. Jobs under way are rejected: whoever uses the pool has none any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRest?.();
    this.#cancelFailedRest?.();
    for (const job of this.#queue.drain()) job.fail(new ThreadsError('closed', 'the threads for heavy work are closed'));
    for (const thread of this.#threads) this.#end(thread, 'the program ends');
    await Promise.all(this.#ending);
  }

  #dispatch(): void {
    for (const lane of ['block', 'call'] as const) {
      while (this.#queue.canTake(lane)) {
        const thread = this.#findThread(lane);
        const job = thread && this.#queue.take(lane);
        if (thread === undefined || job === undefined) break;
        this.#cancelRest?.();
        this.#cancelRest = undefined;
        thread.run(job);
      }
    }
  }

  /** One that does nothing, or a new one, or the one with the least to do; undefined when all are full. */
  #findThread(lane: JobLane): WorkerThread | undefined {
    let best: WorkerThread | undefined;
    for (const thread of this.#threads) {
      if (thread.jobsOf(lane) < AT_ONCE[lane] && (best === undefined || thread.jobs < best.jobs)) best = thread;
    }
    if (best?.jobs === 0 || this.#threads.size >= this.#options.threadsMax) return best;
    return this.#start();
  }

  #start(): WorkerThread {
    const { entry, schedule, logger } = this.#options;
    const thread = new WorkerThread({
      entry,
      schedule,
      onReady: (note) => {
        this.#failedStarts = 0;
        logger.info({ note }, 'a thread for heavy work has begun');
      },
      onJobEnded: (job) => {
        this.#queue.finish(job);
        this.#dispatch();
        this.#restWhenIdle();
      },
      onGone: (gone, jobs, reason) => this.#replace(gone, jobs, reason),
    });
    this.#threads.add(thread);
    return thread;
  }

  #replace(thread: WorkerThread, jobs: readonly ThreadJob[], reason: string): void {
    this.#threads.delete(thread);
    if (!this.#isClosed && (jobs.length > 0 || !thread.isReady)) this.#options.logger.error({ reason, jobs: jobs.length }, 'a thread for heavy work is gone');
    if (!thread.isReady && !this.#isClosed) this.#failedStarts += 1;
    for (const job of jobs) {
      job.losses += 1;
      if (!job.isOver && !this.#isClosed && job.losses < LOSSES_MAX) {
        this.#queue.putBack(job);
      } else {
        this.#queue.finish(job);
        job.fail(this.#whyNot(thread));
      }
    }
    if (this.#failedStarts >= FAILED_STARTS_MAX) this.#restAfterFailure();
    if (!this.#isClosed) this.#dispatch();
  }

  #whyNot(thread: WorkerThread): ThreadsError {
    if (this.#isClosed) return new ThreadsError('closed', 'the threads for heavy work are closed');
    return thread.isReady ? new ThreadsError('lost', 'threads for heavy work ended under it') : new ThreadsError('unavailable', 'threads for heavy work cannot be started');
  }

  #restAfterFailure(): void {
    this.#failedStarts = 0;
    for (const job of this.#queue.drain()) job.fail(new ThreadsError('unavailable', 'threads for heavy work cannot be started'));
    this.#cancelFailedRest = this.#options.schedule(FAILED_REST_MS, () => {
      this.#cancelFailedRest = undefined;
    });
  }

  #restWhenIdle(): void {
    if (this.#isClosed || this.#cancelRest !== undefined || this.#queue.size > 0) return;
    for (const thread of this.#threads) if (thread.jobs > 0) return;
    this.#cancelRest = this.#options.schedule(REST_MS, () => {
      this.#cancelRest = undefined;
      for (const thread of this.#threads) this.#end(thread, 'it has nothing to do');
    });
  }

  #end(thread: WorkerThread, reason: string): void {
    const ended = thread.end(reason).finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}
