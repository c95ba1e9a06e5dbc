import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { AppError, createId, getDb, getRedis, type Tx } from '@/lib/platform';
import {
  beginOperation,
  createOperationRegistry,
  defineOperation,
  getOperation,
  LeaseKeeper,
  reconcileOperations,
  resumeOperation,
  runOperation,
  stepAttemptsMax,
  type AnyOperationDefinition,
  type StepContext,
  type StepDefinition,
  type StepOutcome,
} from '.';
import { claimOperation } from './claim-operation';
import { retryDelayMs } from './retry-policy';

type Input = { word: string };
const inputSchema = z.object({ word: z.string() });
const noShutdown = new AbortController().signal;
const away = () => new AppError('UNAVAILABLE', { what: 'host' }, { publicMessage: 'The city node does not answer.' });

function define(steps: Record<string, (context: StepContext<Input>) => Promise<StepOutcome | void>>, rest: Partial<Parameters<typeof defineOperation<Input>>[0]> = {}) {
  const list: StepDefinition<Input>[] = Object.entries(steps).map(([name, run]) => ({ name, run }));
  return defineOperation<Input>({ kind: `test.${createId('request')}`, inputSchema, steps: list, ...rest });
}

async function begin(definition: AnyOperationDefinition): Promise<string> {
  return getDb().$transaction((tx) => beginOperation(tx, definition, { input: { word: 'tide' } }));
}

async function run(definition: AnyOperationDefinition, id: string, shutdown = noShutdown): Promise<void> {
  await runOperation(id, { registry: createOperationRegistry([definition]), keeper: new LeaseKeeper(), shutdown });
}

/** Makes the wait before the next try end now. */
async function skipWait(id: string): Promise<void> {
  await getDb().operation.update({ where: { id }, data: { notBefore: new Date(0) } });
}

const view = (id: string) => getOperation(id, {});
const steal = (id: string) => getDb().operation.update({ where: { id }, data: { leaseOwner: 'somebody-else' } });

afterEach(() => vi.restoreAllMocks());

describe('runOperation', () => {
  it('runs every step once in order and remembers each result', async () => {
    const ran: string[] = [];
    const definition = define({
      first: async ({ input, attempt }) => {
        ran.push(`first ${input.word} ${attempt}`);
        return { result: { publicKey: 'pk' }, message: 'One key made.' };
      },
      second: async ({ resultOf }) => {
        ran.push(`second ${resultOf('first', z.object({ publicKey: z.string() })).publicKey}`);
      },
    });
    const id = await begin(definition);
    await run(definition, id);
    await run(definition, id);
    expect(ran).toEqual(['first tide 1', 'second pk']);
    const done = await view(id);
    expect(done).toMatchObject({ state: 'SUCCEEDED', progress: { done: 2, total: 2 }, error: null });
    expect(done.steps.map((step) => [step.name, step.state, step.attempts, step.message])).toEqual([
      ['first', 'DONE', 1, 'One key made.'],
      ['second', 'DONE', 1, null],
    ]);
  });

  it('does not run a step again whose end was written though the answer to the commit was lost', async () => {
    let commits = 0;
    const definition = define({
      first: async () => ({
        async commit() {
          commits += 1;
        },
      }),
      second: async () => undefined,
    });
    const id = await begin(definition);
    // Of the overloads of $transaction the rooms use the one that takes a function.
    const db = getDb() as unknown as { $transaction: (work: (tx: Tx) => Promise<unknown>) => Promise<unknown> };
    const transaction = db.$transaction.bind(db);
    vi.spyOn(db, '$transaction').mockImplementationOnce(async (work) => {
      await transaction(work);
      throw Object.assign(new Error('the connection was closed'), { code: 'P1017' });
    });
    await run(definition, id);
    await skipWait(id);
    await run(definition, id);
    expect(await view(id)).toMatchObject({ state: 'SUCCEEDED', progress: { done: 2, total: 2 } });
    expect(commits).toBe(1);
  });

  it('lets exactly one of many workers run an operation', async () => {
    let runs = 0;
    const definition = define({ only: async () => void (runs += 1) });
    const id = await begin(definition);
    await Promise.all(Array.from({ length: 12 }, () => run(definition, id)));
    expect(runs).toBe(1);
    expect(await Promise.all([claimOperation(id, 'a'), claimOperation(id, 'b')])).toEqual([false, false]);
  });

  it('tries again what can heal, after a wait, from the step that failed', async () => {
    const ran: string[] = [];
    const definition = define({
      first: async () => void ran.push('first'),
      second: async ({ attempt }) => {
        ran.push(`second ${attempt}`);
        if (attempt < 3) throw away();
      },
    });
    const id = await begin(definition);
    const startedMs = Date.now();
    await run(definition, id);
    const waiting = await view(id);
    expect(waiting).toMatchObject({ state: 'PENDING', progress: { done: 1 } });
    expect(waiting.steps[1]).toMatchObject({ state: 'WAITING', attempts: 1, message: 'The city node does not answer.' });
    // However long this machine took: the wait begins with the end of the try.
    expect(Date.parse(waiting.notBefore ?? '')).toBeGreaterThanOrEqual(startedMs + retryDelayMs(1));
    await getDb().operation.update({ where: { id }, data: { notBefore: new Date(Date.now() + 60_000) } });
    expect(await claimOperation(id, 'too early')).toBe(false);
    for (let i = 0; i < 2; i++) {
      await skipWait(id);
      await run(definition, id);
    }
    expect(ran).toEqual(['first', 'second 1', 'second 2', 'second 3']);
    expect((await view(id)).state).toBe('SUCCEEDED');
  });

  it('tries again when the database cuts every connection in the middle of a step', async () => {
    const cut = () => getDb().$queryRaw`SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    const definition = define({
      only: async ({ attempt, write }) => {
        await write(async (tx) => {
          await tx.organisation.count();
          if (attempt === 1) await cut();
          await tx.organisation.count();
        });
      },
    });
    const id = await begin(definition);
    // The try itself, or the note of its failure, may be what is cut: then the lease ends.
    await run(definition, id).catch(() => undefined);
    await getDb().operation.updateMany({ where: { id, state: 'RUNNING' }, data: { leaseUntil: new Date(0) } });
    await reconcileOperations();
    await skipWait(id);
    await run(definition, id);
    expect((await view(id)).state).toBe('SUCCEEDED');
  });

  it('ends FAILED with the reason once the tries are used up', async () => {
    const definition = define({ only: async () => Promise.reject(away()) });
    const id = await begin(definition);
    for (let i = 0; i < stepAttemptsMax; i++) {
      expect((await view(id)).state).toBe('PENDING');
      await skipWait(id);
      await run(definition, id);
    }
    expect(await view(id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'UNAVAILABLE', message: 'The city node does not answer.' },
      steps: [{ state: 'FAILED', attempts: stepAttemptsMax }],
    });
  });

  it('ends a step that keeps killing its workers', async () => {
    let runs = 0;
    const definition = define({ only: async () => void (runs += 1) });
    const id = await begin(definition);
    await getDb().operationStep.updateMany({ where: { operationId: id }, data: { attempts: stepAttemptsMax } });
    await run(definition, id);
    expect(await view(id)).toMatchObject({ state: 'FAILED', error: { code: 'INTERNAL' } });
    expect(runs).toBe(0);
  });

  it('fails at once on what cannot heal, together with what its room does about it', async () => {
    const refund = define({ pay: async () => undefined });
    let begun = '';
    const definition = define(
      { only: async () => Promise.reject(new AppError('CONFLICT', { subject: 'peer' }, { publicMessage: 'The peer has another key.' })) },
      {
        onFailed: async (tx, { input }, failure) => {
          expect([input.word, failure.code]).toEqual(['tide', 'CONFLICT']);
          begun = await beginOperation(tx, refund, { input: { word: 'back' } });
          return [begun];
        },
      },
    );
    const id = await begin(definition);
    await run(definition, id);
    expect(await view(id)).toMatchObject({ state: 'FAILED', error: { code: 'CONFLICT', message: 'The peer has another key.' } });
    expect((await view(begun)).state).toBe('PENDING');
  });

  it('ends also when the failure hook has a bug, instead of failing for ever', async () => {
    const definition = define({ only: async () => Promise.reject(new Error('bug')) }, { onFailed: async () => Promise.reject(new Error('second bug')) });
    const id = await begin(definition);
    await run(definition, id);
    expect(await view(id)).toMatchObject({ state: 'FAILED', error: { code: 'INTERNAL' } });
  });

  it('gives a further try what an interrupted one kept', async () => {
    const seen: unknown[] = [];
    const definition = define({
      only: async ({ attempt, remembered, remember }) => {
        seen.push(remembered);
        await remember({ mailed: [`usr_${attempt}`] });
        if (attempt === 1) throw away();
      },
    });
    const id = await begin(definition);
    await run(definition, id);
    await skipWait(id);
    await run(definition, id);
    expect(seen).toEqual([undefined, { mailed: ['usr_1'] }]);
    expect((await view(id)).state).toBe('SUCCEEDED');
  });

  it('passes over a step that has an else, and says so', async () => {
    const definition = defineOperation<Input>({
      kind: `test.${createId('request')}`,
      inputSchema,
      steps: [{ name: 'notify', orElse: 'The mail could not be sent.', run: async () => Promise.reject(new Error('550')) }],
    });
    const id = await begin(definition);
    await run(definition, id);
    expect(await view(id)).toMatchObject({ state: 'SUCCEEDED', steps: [{ state: 'DONE', message: 'The mail could not be sent.' }] });
  });

  it('writes a step’s own changes and its memory together or not at all', async () => {
    const marker = createId('request');
    const definition = define({
      only: async () => ({
        commit: async (tx) => {
          await tx.organisation.create({ data: { id: marker, name: marker } });
          throw new Error('after the change');
        },
      }),
    });
    const id = await begin(definition);
    await run(definition, id);
    expect(await getDb().organisation.findUnique({ where: { id: marker } })).toBeNull();
    expect(await view(id)).toMatchObject({ state: 'FAILED', steps: [{ state: 'FAILED' }] });
  });

  it('refuses every write of a worker that lost its lease', async () => {
    const marker = createId('request');
    let refused: unknown;
    const definition = define({
      only: async ({ write }) => {
        await steal(id);
        refused = await write((tx) => tx.organisation.create({ data: { id: marker, name: marker } })).catch((error: unknown) => error);
        return { message: 'never seen' };
      },
    });
    const id: string = await begin(definition);
    await run(definition, id);
    expect(refused).toMatchObject({ name: 'LeaseLost' });
    expect(await getDb().organisation.findUnique({ where: { id: marker } })).toBeNull();
    expect(await view(id)).toMatchObject({ state: 'RUNNING', steps: [{ state: 'RUNNING', message: null }] });
  });

  it('tells a running step that its lease is lost', async () => {
    let reason: unknown;
    const definition = define({
      only: async ({ signal }) => {
        await steal(id);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        reason = signal.reason;
      },
    });
    const id: string = await begin(definition);
    await run(definition, id);
    await delay(10);
    expect(reason).toMatchObject({ name: 'LeaseLost' });
  });

  it('keeps the lease by heartbeat while a step takes longer than the lease', async () => {
    const definition = define({ only: () => delay(6_500) });
    const id = await begin(definition);
    const first = run(definition, id);
    await delay(5_700);
    expect(await claimOperation(id, 'impatient')).toBe(false);
    await reconcileOperations();
    expect((await view(id)).state).toBe('RUNNING');
    await first;
    expect(await view(id)).toMatchObject({ state: 'SUCCEEDED', steps: [{ attempts: 1 }] });
  });

  it('hands an operation back at shutdown without counting the try', async () => {
    const shutdown = new AbortController();
    const definition = define({
      only: async ({ attempt }) => {
        if (attempt === 1 && !shutdown.signal.aborted) {
          shutdown.abort();
          await delay(60_000, undefined, { ref: false });
        }
      },
    });
    const id = await begin(definition);
    await run(definition, id, shutdown.signal);
    expect(await view(id)).toMatchObject({ state: 'PENDING', steps: [{ state: 'WAITING', attempts: 0 }] });
    await run(definition, id);
    expect((await view(id)).state).toBe('SUCCEEDED');
  });

  it('ends an operation of a kind that this release does not know', async () => {
    const id = await begin(define({ only: async () => undefined }));
    await run(define({ other: async () => undefined }), id);
    expect(await view(id)).toMatchObject({ state: 'FAILED', error: { code: 'UNSUPPORTED' } });
  });
});

describe('reconcileOperations', () => {
  it('frees a killed worker’s operation once the lease has ended, and the next worker goes on', async () => {
    const ran: string[] = [];
    const definition = define({ first: async () => void ran.push('first'), second: async ({ attempt }) => void ran.push(`second ${attempt}`) });
    const id = await begin(definition);
    await claimOperation(id, 'killed');
    await getDb().operationStep.updateMany({ where: { operationId: id, name: 'first' }, data: { state: 'DONE', attempts: 1 } });
    await getDb().operationStep.updateMany({ where: { operationId: id, name: 'second' }, data: { state: 'RUNNING', attempts: 1 } });
    await reconcileOperations();
    expect((await view(id)).state).toBe('RUNNING');
    await getDb().operation.update({ where: { id }, data: { leaseUntil: new Date(Date.now() - 1) } });
    await reconcileOperations();
    expect(await view(id)).toMatchObject({ state: 'PENDING', steps: [{ state: 'DONE' }, { state: 'WAITING' }] });
    await run(definition, id);
    expect(ran).toEqual(['second 2']);
  });

  it('rings again for a bell that the queue lost, once per stretch of time', async () => {
    const id = await begin(define({ only: async () => undefined }));
    const bells = async () => (await getRedis().keys(`chainworks:operations:${id}-*`)).length;
    await reconcileOperations();
    expect(await bells()).toBe(0);
    await getDb().operation.update({ where: { id }, data: { createdAt: new Date(Date.now() - 2_000) } });
    await reconcileOperations();
    await reconcileOperations();
    expect(await bells()).toBeGreaterThanOrEqual(1);
    expect(await bells()).toBeLessThanOrEqual(2);
  });
});

describe('resumeOperation', () => {
  it('goes on from the step that failed, and only from FAILED', async () => {
    const ran: string[] = [];
    let broken = true;
    const definition = define({
      first: async () => void ran.push('first'),
      second: async () => {
        if (broken) throw new Error('bug');
        ran.push('second');
      },
    });
    const id = await begin(definition);
    await expect(getDb().$transaction((tx) => resumeOperation(tx, id))).rejects.toMatchObject({ code: 'CONFLICT' });
    await run(definition, id);
    expect((await view(id)).state).toBe('FAILED');
    broken = false;
    await getDb().$transaction((tx) => resumeOperation(tx, id));
    expect(await view(id)).toMatchObject({ state: 'PENDING', error: null });
    await run(definition, id);
    expect(ran).toEqual(['first', 'second']);
    expect((await view(id)).state).toBe('SUCCEEDED');
  });
});
