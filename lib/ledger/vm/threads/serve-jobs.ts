import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@/lib/platform/pure/assert';
import { PROGRESS, type FromThread, type JobCost, type ThreadData, type ToThread } from './protocol';
import { ReadLink, RemoteState } from './remote-state';
import { encodeError } from './wire-error';

/** What a thread asks of the world. */
export interface ThreadPorts {
  /** Resolves after waiting messages had their turn (`setImmediate`). */
  readonly yieldTurn: () => Promise<void>;
  /** A clock that only goes forward, in milliseconds. */
  readonly nowMs: () => number;
}

/** What a thread carries out. */
export interface ThreadProgram {
  /** What it found where it runs, for the log. */
  readonly note: string;
  /**
   * Carries out one job; several run interleaved, each as far as its next pause. The value must be fit for
   * `postMessage`. Throws what nobody expected; what may come about is part of the value.
   */
  run(payload: unknown, context: JobContext): Promise<unknown>;
}

export interface JobContext {
  readonly state: RemoteState;
  /** Aborted when nobody waits for the job any more. */
  readonly signal: AbortSignal;
  /** To be awaited about each 2 ms of work: other jobs of the thread have their turn. */
  readonly pause: () => Promise<void>;
  /** Time that the job held the thread so far, in milliseconds. */
  readonly spentMs: () => number;
  /** Whether the job's owner has enough of it, for programs that may end early; a journey. */
  readonly isEnough: () => boolean;
}

const NICER_BY = 5;

/** The thread's side: carries out the jobs that the pool sends until the thread is ended. Called once, by a thread's entry. */
export function serveJobs(program: ThreadProgram, ports: ThreadPorts): void {
  const port = parentPort;
  assert(port !== null, 'jobs are served in a thread of a pool');
  // Where cores are short the main thread, which serves everybody, comes first. Only Linux has priorities by thread;
  // elsewhere this would slow the whole process.
  if (process.platform === 'linux') setPriority(Math.min(getPriority() + NICER_BY, 19));
  const data = workerData as ThreadData;
  const counters = new Int32Array(data.counters);
  const link = new ReadLink(data, ports.nowMs);
  const running = new Map<number, AbortController>();

  const run = async ({ id, payload, known, hasEnough }: Extract<ToThread, { kind: 'run' }>): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    const meter = new JobMeter(ports, link, () => void Atomics.add(counters, PROGRESS, 1));
    const state = new RemoteState(id, link, known);
    let answer: FromThread;
    try {
      const value = await program.run(payload, { state, signal: controller.signal, pause: () => meter.pause(), spentMs: () => meter.spentMs, isEnough: () => hasEnough && link.isEnough(id) });
      answer = { kind: 'done', id, value, cost: meter.finish() };
    } catch (error) {
      answer = { kind: 'failed', id, error: encodeError(error), cost: meter.finish() };
    }
    running.delete(id);
    port.postMessage(answer);
  };
  port.on('message', (message: ToThread) => {
    if (message.kind === 'run') void run(message);
    else running.get(message.id)?.abort();
  });
  port.postMessage({ kind: 'ready', note: program.note } satisfies FromThread);
}

/** Counts what one job takes: its stretches between two pauses, less the time asleep. */
class JobMeter {
  readonly #ports: ThreadPorts;
  readonly #link: ReadLink;
  readonly #beat: () => void;
  #ms = 0;
  #slices = 0;
  #resumedAt = 0;
  #waitedBefore = 0;

  constructor(ports: ThreadPorts, link: ReadLink, beat: () => void) {
    this.#ports = ports;
    this.#link = link;
    this.#beat = beat;
    this.#resume();
  }

  get spentMs(): number {
    return this.#ms + this.#ports.nowMs() - this.#resumedAt - (this.#link.waitedMs - this.#waitedBefore);
  }

  async pause(): Promise<void> {
    this.#stop();
    await this.#ports.yieldTurn();
    this.#resume();
  }

  finish(): JobCost {
    this.#stop();
    return { ms: this.#ms, slices: this.#slices };
  }

  #resume(): void {
    this.#resumedAt = this.#ports.nowMs();
    this.#waitedBefore = this.#link.waitedMs;
  }

  #stop(): void {
    this.#ms = this.spentMs;
    this.#slices += 1;
    this.#beat();
  }
}
