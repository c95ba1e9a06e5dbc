import { setTimeout as delay } from 'node:timers/promises';
import { enqueue } from '@/lib/jobs';
import { getDb, getLogger } from '@/lib/platform';

/** A waiting caller is not held up longer than this by an absent Redis. */
const ringWaitMsMax = 1_000;
/** At most one bell per operation, claim and stretch of time lies in the queue, however often it is rung. */
const stretchMs = 5_000;

/**
 * Asks a worker to take up the operation. Never throws: a lost bell is rung again by the reconcile sweep.
 * `delayMs`: for an operation that waits before it tries again.
 */
export async function ringOperation(operationId: string, delayMs = 0): Promise<void> {
  const { claims } = (await getDb().operation.findUnique({ where: { id: operationId }, select: { claims: true } })) ?? { claims: 0 };
  await ringBell(operationId, claims, delayMs);
}

/** The same for a caller who knows the row already. */
export async function ringBell(operationId: string, claims: number, delayMs = 0): Promise<void> {
  const stretch = Math.floor((Date.now() + delayMs) / stretchMs);
  const rung = enqueue('operation.run', { operationId }, { jobId: `${operationId}-${claims}-${stretch}`, delayMs });
  const failed = rung.then(
    () => undefined,
    (error: unknown) => getLogger().warn({ operationId, err: error }, 'bell not rung; the reconcile sweep will'),
  );
  await Promise.race([failed, delay(ringWaitMsMax, undefined, { ref: false })]);
}
