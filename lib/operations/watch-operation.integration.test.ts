import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createId, getDb } from '@/lib/platform';
import { beginOperation, createOperationRegistry, defineOperation, getOperation, LeaseKeeper, operationViewSchema, runOperation, watchOperation, type OperationView } from '.';

const noSignal = new AbortController().signal;
/** No poll ever comes: whatever is seen, Redis told of. */
const noPollMs = 2 ** 31 - 1;

function slowDefinition(gate: Promise<void>) {
  return defineOperation({
    kind: `test.${createId('request')}`,
    inputSchema: z.object({}),
    steps: [
      { name: 'first', run: async () => ({ message: 'Done.' }) },
      { name: 'second', run: () => gate },
    ],
  });
}

async function begin(definition: ReturnType<typeof defineOperation>, organisationId?: string): Promise<string> {
  return getDb().$transaction((tx) => beginOperation(tx, definition, { input: {}, ...(organisationId ? { organisationId } : {}) }));
}

describe('watchOperation', () => {
  it('shows each change as it happens and ends with the final state', async () => {
    let open = (): void => undefined;
    const definition = slowDefinition(new Promise((resolve) => (open = resolve)));
    const id = await begin(definition);
    const seen: OperationView[] = [];
    const watching = (async () => {
      for await (const view of watchOperation(id, noSignal, {}, noPollMs)) {
        seen.push(operationViewSchema.parse(view));
        if (view.steps[1]?.state === 'RUNNING') open();
      }
    })();
    await runOperation(id, { registry: createOperationRegistry([definition]), keeper: new LeaseKeeper(), shutdown: noSignal });
    await watching;
    expect(seen.at(-1)).toMatchObject({ state: 'SUCCEEDED', progress: { done: 2, total: 2 } });
    expect(seen.some((view) => view.state === 'RUNNING' && view.progress.done === 1)).toBe(true);
    expect(seen.map((view) => view.version)).toEqual([...new Set(seen.map((view) => view.version))].toSorted((a, b) => a - b));
  });

  it('sees a change that Redis did not tell about at the next poll', async () => {
    const id = await begin(slowDefinition(Promise.resolve()));
    const views = watchOperation(id, noSignal, {});
    expect((await views.next()).value).toMatchObject({ state: 'PENDING' });
    const next = views.next();
    await sleep(100);
    // A collection of garbage once took the poll's clock with it, and the page stood still for ever.
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    await getDb().operation.update({ where: { id }, data: { state: 'FAILED', version: { increment: 1 } } });
    expect((await next).value).toMatchObject({ state: 'FAILED' });
    expect((await views.next()).done).toBe(true);
  });

  it('ends when the reader goes away', async () => {
    const id = await begin(slowDefinition(Promise.resolve()));
    const reader = new AbortController();
    const views = watchOperation(id, reader.signal, {});
    await views.next();
    const next = views.next();
    reader.abort();
    expect((await next).done).toBe(true);
  });

  it('hides another organisation’s operation as if it were absent', async () => {
    const organisation = await getDb().organisation.create({ data: { id: createId('organisation'), name: 'Tide' } });
    const id = await begin(slowDefinition(Promise.resolve()), organisation.id);
    expect((await getOperation(id, { organisationId: organisation.id })).id).toBe(id);
    await expect(getOperation(id, { organisationId: createId('organisation') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(watchOperation(id, noSignal, { organisationId: 'org_other' }).next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
