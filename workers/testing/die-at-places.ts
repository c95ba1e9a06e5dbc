import { z } from 'zod';
import { createOperationRegistry, LeaseKeeper, runOperation } from '@/lib/operations';
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
await Promise.all(places.map(({ operationId }) => runOperation(operationId, { registry, keeper, shutdown })));
throw new Error('not every operation came to its place');
