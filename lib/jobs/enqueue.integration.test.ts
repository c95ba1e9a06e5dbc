import { describe, expect, it } from 'vitest';
import { createId } from '@/lib/platform';
import { enqueue, isJobName, jobCatalog, measureQueues } from '.';
import { getQueue } from './queues';

describe('enqueue', () => {
  it('puts exactly the catalogue’s payload into the queue', async () => {
    const jobId = createId('operation');
    await enqueue('operation.run', { operationId: jobId, secret: 'not in the schema' } as { operationId: string }, { jobId });
    const job = await getQueue('operations').getJob(jobId);
    expect(job?.data).toEqual({ operationId: jobId });
    expect(job?.opts.attempts).toBe(1);
    await job?.remove();
  });

  it('adds a job with the same id once while it waits', async () => {
    const jobId = createId('operation');
    const before = (await measureQueues()).find((queue) => queue.queue === 'operations')?.waiting ?? 0;
    await Promise.all([1, 2, 3].map(() => enqueue('operation.run', { operationId: jobId }, { jobId, delayMs: 0 })));
    expect((await measureQueues()).find((queue) => queue.queue === 'operations')?.waiting).toBe(before + 1);
    await (await getQueue('operations').getJob(jobId))?.remove();
  });

  it('refuses a payload that does not fit before anything is queued', async () => {
    await expect(enqueue('operation.run', {} as { operationId: string })).rejects.toThrow();
    await expect(enqueue('operation.run', { operationId: 'op' }, { jobId: 'a:b' })).rejects.toThrow('colon');
  });

  it('keeps failed jobs seven days', () => {
    expect(getQueue('operations').defaultJobOptions.removeOnFail).toMatchObject({ age: 7 * 86_400 });
  });

  it('knows its own names only', () => {
    expect(isJobName('operation.run')).toBe(true);
    expect(isJobName('toString')).toBe(false);
    expect(Object.keys(jobCatalog)).toContain('operation.reconcile');
  });
});
