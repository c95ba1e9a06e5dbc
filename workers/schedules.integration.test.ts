import { Queue } from 'bullmq';
import { afterAll, describe, expect, it } from 'vitest';
import { findSchedule, queuePrefix, scheduleJob } from '@/lib/jobs';
import { createBlockingRedis } from '@/lib/platform';
import { keepSchedules } from './schedules';

const connection = createBlockingRedis();
const queue = new Queue('sweeps', { connection, prefix: queuePrefix });
afterAll(async () => {
  await queue.obliterate({ force: true });
  await queue.close();
  connection.disconnect();
});

describe('keepSchedules', () => {
  it('makes every schedule, changes one of another beat, and leaves those that are there alone', async () => {
    await scheduleJob('operation.reconcile', {}, 9_000);
    (await keepSchedules())();
    expect(await findSchedule('operation.reconcile')).toBe(2_000);
    expect(await findSchedule('city-node.observe')).toBe(2_000);
    const before = (await queue.getJobScheduler('sub-chain.expire'))?.next;
    (await keepSchedules())();
    expect((await queue.getJobScheduler('sub-chain.expire'))?.next).toBe(before);
  });

  it('brings them back after Redis has lost its memory', { timeout: 20_000 }, async () => {
    const end = await keepSchedules();
    await queue.obliterate({ force: true });
    await queue.removeJobScheduler('operation.reconcile');
    expect(await findSchedule('operation.reconcile')).toBeUndefined();
    await expect.poll(() => findSchedule('operation.reconcile'), { timeout: 15_000, interval: 250 }).toBe(2_000);
    end();
  });

  it('never removes a schedule that it does not know: another release may need it', async () => {
    await queue.upsertJobScheduler('later.sweep', { every: 60_000 }, { name: 'later.sweep', data: {} });
    (await keepSchedules())();
    expect(await queue.getJobScheduler('later.sweep')).toBeDefined();
  });
});
