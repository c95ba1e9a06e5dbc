import { getDb, getLogger } from '@/lib/platform';
import { publishProgress } from './publish-progress';
import { ringBell } from './ring-operation';

/** Bells rung in one sweep; the next sweep rings the rest. */
const bellsMax = 500;

interface Row {
  id: string;
  claims: number;
  version: number;
}

/**
 * The sweep that keeps operations from getting stuck: frees those whose lease has ended, and rings the bell of each
 * that waits without one (the queue lost it, or the process died between commit and enqueue). Harmless beside others.
 */
export async function reconcileOperations(): Promise<{ freed: number; rung: number }> {
  const freed = await freeEndedLeases();
  for (const row of freed) {
    getLogger().warn({ operationId: row.id, claims: row.claims }, 'lease ended; the operation is taken up again');
    publishProgress(row.id, row.version);
  }
  const waiting = await getDb().$queryRaw<Row[]>`
    SELECT id, claims, version FROM "Operation"
    WHERE state = 'PENDING' AND COALESCE("notBefore", "createdAt" + interval '1 second') <= clock_timestamp()
    ORDER BY "createdAt" LIMIT ${bellsMax}`;
  await Promise.all(waiting.map((row) => ringBell(row.id, row.claims)));
  return { freed: freed.length, rung: waiting.length };
}

async function freeEndedLeases(): Promise<Row[]> {
  return getDb().$transaction(async (tx) => {
    // Rows that a transaction holds are in use at this moment.
    const rows = await tx.$queryRaw<Row[]>`
      UPDATE "Operation" SET state = 'PENDING', "leaseOwner" = NULL, "leaseUntil" = NULL, version = version + 1
      WHERE id IN (
        SELECT id FROM "Operation" WHERE state = 'RUNNING' AND "leaseUntil" < clock_timestamp() FOR UPDATE SKIP LOCKED
      ) RETURNING id, claims, version`;
    if (rows.length > 0) {
      await tx.operationStep.updateMany({
        where: { operationId: { in: rows.map((row) => row.id) }, state: 'RUNNING' },
        data: { state: 'WAITING', message: 'The worker stopped answering; another one goes on.' },
      });
    }
    return rows;
  });
}
