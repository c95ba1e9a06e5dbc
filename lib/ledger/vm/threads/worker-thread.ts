import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { MachinePorts } from '../../core/ports';
import type { StateReader } from '../../core/storage';
import { compact } from './compact';
import type { JobLane, QueuedJob } from './job-queue';
import { COUNTERS_BYTES, PROGRESS, READS_ANSWERED, type FromThread, type JobCost, type KnownEntry, type ReadAnswer, type ReadRequest, type ThreadData, type ToThread } from './protocol';

/** One piece of work for a thread, as the main side sees it. */
export interface ThreadJob extends QueuedJob {
  readonly payload: unknown;
  /** Must stay readable and the same until the job is over. */
  readonly state: StateReader;
  readonly known: readonly KnownEntry[];
  /** Whether its owner has enough of it; the program asks where it may end early. */
  readonly isEnough?: () => boolean;
  /** What the thread spent on it, also when nobody waits any more. */
  readonly spent: (cost: JobCost) => void;
  readonly finish: (answer: Exclude<FromThread, { kind: 'ready' }>) => void;
  /** The state could not be read: with the reader's own error. */
  readonly fail: (error: unknown) => void;
  /** Threads that ended under it. */
  losses: number;
  /** Nobody waits for it any more. */
  isOver: boolean;
}

export interface WorkerThreadOptions {
  readonly entry: URL;
  readonly schedule: MachinePorts['schedule'];
  readonly onReady: (note: string) => void;
  /** A job ended in whatever way; the thread has room. */
  readonly onJobEnded: (job: ThreadJob) => void;
  /** The thread is gone, with the jobs that it had. Once. */
  readonly onGone: (thread: WorkerThread, jobs: readonly ThreadJob[], reason: string) => void;
}

/** So often a thread with jobs is looked at … */
const LOOK_MS = 5_000;
/** … and ended when it did nothing between so many looks. The longest piece of work in between takes far below a second. */
const IDLE_LOOKS_MAX = 4;
/** The heap of one thread; contracts' memory lies outside and is bounded by gas. */
const HEAP_MIB_MAX = 256;

/** One thread, seen from the main side: gives it jobs, answers its reads, notices when it dies or hangs. */
export class WorkerThread {
  readonly #options: WorkerThreadOptions;
  readonly #worker: Worker;
  readonly #reads: MessagePort;
  readonly #counters = new Int32Array(new SharedArrayBuffer(COUNTERS_BYTES));
  readonly #jobs = new Map<number, ThreadJob>();
  #lastId = 0;
  #isGone = false;
  #isReady = false;
  #cancelLook: (() => void) | undefined;

  constructor(options: WorkerThreadOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#reads = port1;
    const workerData: ThreadData = { entry: options.entry.href, reads: port2, counters: this.#counters.buffer };
    const file = options.entry.pathname.endsWith('.ts') ? { url: FROM_SOURCES, execArgv: [] } : { url: options.entry };
    this.#worker = new Worker(file.url, { workerData, transferList: [port2], execArgv: file.execArgv, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX } });
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error) => this.#gone(`it failed: ${error.message}`));
    this.#worker.on('exit', (code) => this.#gone(`it ended with code ${code}`));
    this.#reads.on('message', (request: ReadRequest) => this.#answer(request));
    // Neither keeps the process alive: it is the jobs that do.
    this.#worker.unref();
    this.#reads.unref();
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get jobs(): number {
    return this.#jobs.size;
  }

  jobsOf(lane: JobLane): number {
    let count = 0;
    for (const job of this.#jobs.values()) if (job.lane === lane) count += 1;
    return count;
  }

  run(job: ThreadJob): void {
    const id = (this.#lastId += 1);
    if (this.#jobs.size === 0) {
      this.#worker.ref();
      this.#look(Atomics.load(this.#counters, PROGRESS), IDLE_LOOKS_MAX);
    }
    this.#jobs.set(id, job);
    this.#send({ kind: 'run', id, payload: compact(job.payload), known: compact(job.known) as readonly KnownEntry[], hasEnough: job.isEnough !== undefined });
  }

  /** Tells the thread that nobody waits for the job; its place is free once the thread says so. */
  abort(job: ThreadJob): void {
    for (const [id, one] of this.#jobs) if (one === job) this.#send({ kind: 'abort', id });
  }

  /** Ends the thread wherever it is. `onGone` is told of its jobs. */
  async end(reason: string): Promise<void> {
    this.#gone(reason);
    await this.#worker.terminate();
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    if (this.#isGone) return;
    if (message.kind === 'ready') {
      this.#isReady = true;
      this.#options.onReady(message.note);
      return;
    }
    const job = this.#jobs.get(message.id);
    if (job === undefined) return;
    this.#jobs.delete(message.id);
    if (this.#jobs.size === 0) this.#rest();
    job.spent(message.cost);
    if (!job.isOver) job.finish(message);
    this.#options.onJobEnded(job);
  }

  /** The thread sleeps until this is answered, so it always is. */
  #answer(request: ReadRequest): void {
    const answer = this.#read(request);
    this.#reads.postMessage(answer);
    Atomics.add(this.#counters, PROGRESS, 1);
    Atomics.add(this.#counters, READS_ANSWERED, 1);
    Atomics.notify(this.#counters, READS_ANSWERED);
  }

  #read(request: ReadRequest): ReadAnswer {
    const job = this.#jobs.get(request.id);
    if (job === undefined || job.isOver) return { isGone: true };
    try {
      if ('enough' in request) return { isEnough: job.isEnough?.() === true };
      if ('range' in request) return { entries: compact(job.state.range(request.range)) as Extract<ReadAnswer, { entries: unknown }>['entries'] };
      return { values: request.keys.map((key) => compact(job.state.get(key)) as Uint8Array | undefined) };
    } catch (error) {
      job.fail(error);
      return { isGone: true };
    }
  }

  /** Looks whether the thread did something since the last look; ends it when it hangs. */
  #look(progress: number, patience: number): void {
    this.#cancelLook = this.#options.schedule(LOOK_MS, () => {
      const now = Atomics.load(this.#counters, PROGRESS);
      if (now !== progress) return this.#look(now, IDLE_LOOKS_MAX);
      if (patience > 1) return this.#look(now, patience - 1);
      void this.end('it hangs');
    });
  }

  #rest(): void {
    this.#cancelLook?.();
    this.#worker.unref();
  }

  #gone(reason: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#rest();
    this.#reads.close();
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#options.onGone(this, jobs, reason);
  }
}

const FROM_SOURCES = new URL('./from-sources.mjs', import.meta.url);
