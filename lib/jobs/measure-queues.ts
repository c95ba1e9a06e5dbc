import { queueConcurrency, type QueueName } from './catalog';
import { getQueue } from './queues';

export interface QueueMeasure {
  queue: QueueName;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Age of the oldest job that failed for good and is still kept; absent when there is none. */
  oldestFailedMs?: number;
}

/** Length of each queue and the age of its oldest failure. */
export async function measureQueues(now: number = Date.now()): Promise<QueueMeasure[]> {
  return Promise.all((Object.keys(queueConcurrency) as QueueName[]).map((name) => measureQueue(name, now)));
}

async function measureQueue(name: QueueName, now: number): Promise<QueueMeasure> {
  const queue = getQueue(name);
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  const [oldest] = await queue.getJobs(['failed'], 0, 0, true);
  return {
    queue: name,
    waiting: counts.waiting ?? 0,
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    failed: counts.failed ?? 0,
    ...(oldest?.finishedOn === undefined ? {} : { oldestFailedMs: now - oldest.finishedOn }),
  };
}
