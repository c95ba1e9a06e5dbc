import { setTimeout as delay } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueue, queuePrefix, scheduleJob } from '@/lib/jobs';
import { createBlockingRedis, createId } from '@/lib/platform';
import { WorkerManager, type Processors } from './worker-manager';

const connection = createBlockingRedis();
const queue = new Queue('operations', { connection, prefix: queuePrefix });
const ran: string[] = [];
const ignored = async () => undefined;
let sweeps = { running: 0, most: 0, runs: 0 };
let gate: Promise<void> | undefined;

const processors: Processors = {
  'operation.run': async ({ operationId }, { signal }) => {
    ran.push(operationId);
    if (operationId.startsWith('slow')) await gate;
    if (signal.aborted) ran.push(`${operationId} told`);
  },
  'operation.reconcile': async () => {
    sweeps = { running: sweeps.running + 1, most: Math.max(sweeps.most, sweeps.running + 1), runs: sweeps.runs + 1 };
    await delay(300);
    sweeps.running -= 1;
  },
  'access-key.sync': async ({ accessKeyId }) => {
    ran.push(accessKeyId);
    if (ran.filter((id) => id === accessKeyId).length < 3) throw new Error('away');
  },
  'access-key.sync-all': ignored,
  'metering.collect': ignored,
  'city-node.observe': ignored,
  'billing.settle': ignored,
  'identity.delete-expired': ignored,
  'sub-chain.expire': ignored,
};

let manager: WorkerManager;
beforeAll(async () => {
  manager = new WorkerManager(processors);
  await manager.ready();
});
afterAll(async () => {
  await manager?.close();
  await queue.close();
  connection.disconnect();
});

describe('WorkerManager', () => {
  it('completes a job whose name this release does not know, because schedules outlive code', async () => {
    const job = await queue.add('retired.sweep', { any: 'thing' }, { removeOnComplete: 100 });
    await expect.poll(() => job.getState(), { timeout: 5_000 }).toBe('completed');
    await job.remove();
  });

  it('never hands a payload on that the catalogue does not know, and keeps the failure', async () => {
    const job = await queue.add('operation.run', { operation: 'op_wrong' }, { removeOnFail: 100 });
    await expect.poll(() => job.getState(), { timeout: 5_000 }).toBe('failed');
    expect(ran).not.toContain('op_wrong');
    await job.remove();
  });

  it('tries a job again as often as its policy says', async () => {
    const accessKeyId = createId('accessKey');
    await enqueue('access-key.sync', { accessKeyId });
    await expect.poll(() => ran.filter((id) => id === accessKeyId).length, { timeout: 10_000 }).toBe(3);
  });

  it('never runs a sweep twice at a time, and keeps it on its schedule', async () => {
    await scheduleJob('operation.reconcile', {}, 100);
    await expect.poll(() => sweeps.runs, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(sweeps.most).toBe(1);
    const sweepQueue = new Queue('sweeps', { connection, prefix: queuePrefix });
    await sweepQueue.removeJobScheduler('operation.reconcile');
    await sweepQueue.close();
  });

  it('tells what runs that the process shuts down, waits for it, and takes nothing more', async () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const slow = `slow_${createId('operation')}`;
    await enqueue('operation.run', { operationId: slow });
    await expect.poll(() => ran.includes(slow), { timeout: 5_000 }).toBe(true);
    const closing = manager.close();
    const late = createId('operation');
    await enqueue('operation.run', { operationId: late });
    open();
    await closing;
    expect(ran).toContain(`${slow} told`);
    expect(ran).not.toContain(late);
  });
});
