/** Blocks and calls wait apart: a flood of heavy calls must not keep blocks from being made. */
export type JobLane = 'block' | 'call';

export interface QueuedJob {
  readonly chain: string;
  readonly lane: JobLane;
}

/** Most jobs that wait, of all chains together. */
export const JOBS_WAITING_MAX = 1_024;

/** Jobs that wait for a thread: round robin by chain, and of one chain and lane one at a time. */
export class JobQueue<Job extends QueuedJob> {
  readonly #lanes: Record<JobLane, Map<string, Job[]>> = { block: new Map(), call: new Map() };
  readonly #running: Record<JobLane, Set<string>> = { block: new Set(), call: new Set() };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= JOBS_WAITING_MAX;
  }

  add(job: Job): void {
    const lane = this.#lanes[job.lane];
    const jobs = lane.get(job.chain);
    if (jobs === undefined) lane.set(job.chain, [job]);
    else jobs.push(job);
    this.#size += 1;
  }

  /** A job that was taken and could not be carried out: it comes next of its chain. */
  putBack(job: Job): void {
    this.finish(job);
    const lane = this.#lanes[job.lane];
    lane.set(job.chain, [job, ...(lane.get(job.chain) ?? [])]);
    this.#size += 1;
  }

  /** Whether there is something to take. */
  canTake(lane: JobLane): boolean {
    return this.#next(lane) !== undefined;
  }

  /** The next job of the chain that has waited longest; it counts as running until `finish` or `putBack`. */
  take(lane: JobLane): Job | undefined {
    const next = this.#next(lane);
    if (next === undefined) return undefined;
    const { chain, jobs } = next;
    const job = jobs.shift();
    // A Map keeps the order of insertion: a chain that got its turn goes to the end.
    this.#lanes[lane].delete(chain);
    if (jobs.length > 0) this.#lanes[lane].set(chain, jobs);
    this.#running[lane].add(chain);
    this.#size -= 1;
    return job;
  }

  #next(lane: JobLane): { readonly chain: string; readonly jobs: Job[] } | undefined {
    for (const [chain, jobs] of this.#lanes[lane]) if (!this.#running[lane].has(chain)) return { chain, jobs };
    return undefined;
  }

  finish({ lane, chain }: Job): void {
    this.#running[lane].delete(chain);
  }

  /** Takes a waiting job out again; false when it does not wait. */
  remove(job: Job): boolean {
    const lane = this.#lanes[job.lane];
    const jobs = lane.get(job.chain);
    const at = jobs?.indexOf(job) ?? -1;
    if (jobs === undefined || at < 0) return false;
    jobs.splice(at, 1);
    if (jobs.length === 0) lane.delete(job.chain);
    this.#size -= 1;
    return true;
  }

  /** Takes out everything that waits. */
  drain(): Job[] {
    const jobs = Object.values(this.#lanes).flatMap((lane) => [...lane.values()].flat());
    for (const lane of Object.values(this.#lanes)) lane.clear();
    this.#size = 0;
    return jobs;
  }
}
