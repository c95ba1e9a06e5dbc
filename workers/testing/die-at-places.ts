import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createOperationRegistry, getOperation, isFinalOperation, LeaseKeeper, runOperation } from '@/lib/operations';
import { changeFinalityOperation, provisionOperation } from '@/lib/sub-chains';
import { holdUntilAll, hookSteps } from './hook-steps';

/** A worker of its own that kills itself with -9 once each operation has come to its place. Argument: places as JSON. */
const places = z
  .array(z.object({ operationId: z.string(), step: z.string(), moment: z.enum(['before', 'after']) }))
  .parse(JSON.parse(process.argv[2] ?? ''));

const hook = holdUntilAll(places, async () => {
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
});
const registry = createOperationRegistry([provisionOperation, changeFinalityOperation].map((definition) => hookSteps(definition, hook)));
const keeper = new LeaseKeeper();
const shutdown = new AbortController().signal;
await Promise.all(
  places.map(async ({ operationId }) => {
    // A step that a busy machine let down is tried again, as a worker does.
    while (!isFinalOperation((await getOperation(operationId, {})).state)) {
      await runOperation(operationId, { registry, keeper, shutdown });
      await delay(100);
    }
  }),
);
throw new Error('not every operation came to its place');
