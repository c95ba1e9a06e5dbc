import { Worker, type Job } from 'bullmq';
import { isJobName, jobDefinition, queueConcurrency, queuePrefix, type JobName, type JobPayload, type QueueName } from '@/lib/jobs';
import { createBlockingRedis, getLogger } from '@/lib/platform';

export interface JobContext {
  jobId: string;
  /** Aborted when the worker shuts down: hand back what can be taken up again. */
  signal: AbortSignal;
}

export type Processors = { readonly [N in JobName]: (payload: JobPayload<N>, context: JobContext) => Promise<void> };
type AnyProcessor = (payload: Record<string, unknown>, context: JobContext) => Promise<void>;

/**
 * One BullMQ worker per queue. Each job is parsed by the catalogue, timed and logged with its ids. A job whose name
 * is unknown is logged and completed, because schedules in Redis outlive the code that made them.
 */
export class WorkerManager {
  readonly #processors: Processors;
  readonly #workers: Worker[];
  readonly #running = new Set<JobName>();
  readonly #shutdown = new AbortController();

  constructor(processors: Processors) {
    this.#processors = processors;
    this.#workers = (Object.keys(queueConcurrency) as QueueName[]).map((queue) => this.#startWorker(queue));
  }

  /** Resolves once each queue's connection answers. */
  async ready(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.waitUntilReady()));
  }

  /** Takes no further jobs, tells running ones, and waits for them. */
  async close(): Promise<void> {
    this.#shutdown.abort(new Error('the worker is shutting down'));
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  #startWorker(queue: QueueName): Worker {
    const connection = createBlockingRedis();
    const worker = new Worker(queue, (job) => this.#process(job), {
      connection,
      prefix: queuePrefix,
      concurrency: queueConcurrency[queue],
      // A killed worker's jobs come back within seconds; the operation's own lease keeps two workers apart.
      lockDuration: 10_000,
      stalledInterval: 5_000,
      maxStalledCount: 5,
    });
    worker.on('error', (error) => getLogger().warn({ queue, err: error.message }, 'queue worker'));
    worker.on('closed', () => connection.disconnect());
    return worker;
  }

  async #process(job: Job): Promise<void> {
    const log = getLogger().child({ job: job.name, jobId: job.id, attempt: job.attemptsMade + 1 });
    if (!isJobName(job.name)) {
      log.warn('no such job in this release; completed without doing anything');
      return;
    }
    // Fetched while closing. Every job can be left out: its row is found by a sweep.
    if (this.#shutdown.signal.aborted) return;
    const definition = jobDefinition(job.name);
    if (definition.alone && this.#running.has(job.name)) return;
    const startedAt = Date.now();
    const waitedMs = startedAt - job.timestamp - (job.delay ?? 0);
    this.#running.add(job.name);
    try {
      const payload = definition.payload.parse(job.data);
      const processor = this.#processors[job.name] as AnyProcessor;
      await processor(payload, { jobId: job.id ?? '', signal: this.#shutdown.signal });
      log.debug({ waitedMs, ms: Date.now() - startedAt }, 'job done');
    } catch (error) {
      log.error({ waitedMs, ms: Date.now() - startedAt, err: error }, 'job failed');
      throw error;
    } finally {
      if (definition.alone) this.#running.delete(job.name);
    }
  }
}
