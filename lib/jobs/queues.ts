import { Queue } from 'bullmq';
import { getRedis, singleton } from '@/lib/platform';
import type { QueueName } from './catalog';

/** Redis keys of all queues begin with this. */
export const queuePrefix = 'chainworks';

/** Failed jobs are kept 7 days to be looked at; the count caps what a long outage of a neighbour can pile up. */
const failedKept = { age: 7 * 24 * 3600, count: 5_000 };

/** The sending side of a queue. Uses the connection that fails fast: a request never hangs on an absent Redis. */
export function getQueue(name: QueueName): Queue {
  return singleton(`queue:${name}`, () => {
    const queue = new Queue(name, {
      connection: getRedis(),
      prefix: queuePrefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: failedKept },
    });
    // The connection itself logs why it is away; without a listener the same event would end the process.
    queue.on('error', () => undefined);
    return queue;
  });
}
