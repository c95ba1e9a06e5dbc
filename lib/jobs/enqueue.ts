import { assert } from '@/lib/platform';
import { jobDefinition, type JobName, type JobPayload } from './catalog';
import { getQueue } from './queues';

export interface EnqueueOptions {
  /** A job with this id that is still kept is not added again. May not contain a colon. */
  jobId?: string;
  delayMs?: number;
}

/**
 * Adds a job after its payload was parsed. Call it after the database transaction has committed, never inside.
 * Rejects when Redis is away; a caller whose row is swept up anyway may ignore that.
 */
export async function enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options: EnqueueOptions = {}): Promise<void> {
  const job = jobDefinition(name);
  assert(!options.jobId?.includes(':'), 'BullMQ job ids may not contain a colon');
  await getQueue(job.queue).add(name, job.payload.parse(payload), {
    attempts: job.attempts,
    ...(job.backoffMs === undefined ? {} : { backoff: { type: 'exponential', delay: job.backoffMs } }),
    ...(options.jobId === undefined ? {} : { jobId: options.jobId }),
    ...(options.delayMs === undefined ? {} : { delay: options.delayMs }),
  });
}
