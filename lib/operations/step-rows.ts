import type { Tx } from '@/lib/platform';
import type { StepOutcome } from './definition';
import { leaseMs, LeaseLost, type Lease } from './lease-keeper';
import type { OperationFailure } from './retry-policy';

export interface Advance {
  /** The step that is done: its result is remembered, it is never run again. */
  done?: { name: string; outcome: StepOutcome };
  /** The step that is under way from now on: its try is counted. */
  start?: { name: string; position: number };
}

/**
 * From one step to the next, fenced by the lease, in one statement: a sub-chain is provisioned in about ten of them,
 * and a burst of provisionings is limited by the number of statements. Gives the number of the started step's try.
 * @throws LeaseLost
 */
export async function advanceSteps(tx: Pick<Tx, '$queryRaw' | 'operationStep'>, lease: Lease, { done, start }: Advance): Promise<{ version: number; attempt: number }> {
  const id = lease.operationId;
  const result = done?.outcome.result === undefined ? null : JSON.stringify(done.outcome.result);
  const [row] = await tx.$queryRaw<{ version: number; attempts: number | null }[]>`
    WITH held AS (
      UPDATE "Operation" SET version = version + 1,
        "leaseUntil" = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::double precision)
      WHERE id = ${id} AND "leaseOwner" = ${lease.owner} AND state = 'RUNNING' RETURNING version
    ), done AS (
      UPDATE "OperationStep" SET state = 'DONE', "finishedAt" = clock_timestamp(), message = ${done?.outcome.message ?? null}, result = ${result}::jsonb
      WHERE "operationId" = ${id} AND name = ${done?.name ?? null} AND EXISTS (SELECT 1 FROM held)
    ), started AS (
      UPDATE "OperationStep" SET state = 'RUNNING', attempts = attempts + 1, "startedAt" = COALESCE("startedAt", clock_timestamp())
      WHERE "operationId" = ${id} AND name = ${start?.name ?? null} AND EXISTS (SELECT 1 FROM held) RETURNING attempts
    )
    SELECT version, (SELECT attempts FROM started) AS attempts FROM held`;
  if (!row) throw new LeaseLost(`${id}: another worker holds the operation`);
  if (start && row.attempts === null) {
    // A release added a step to a kind of operation that was under way.
    await tx.operationStep.create({ data: { operationId: id, ...start, state: 'RUNNING', attempts: 1, startedAt: new Date() } });
  }
  return { version: row.version, attempt: row.attempts ?? 1 };
}

/** Puts the step back to wait; `counted: false` for a try that was cut short by an orderly shutdown. */
export async function putBackStep(tx: Tx, operationId: string, name: string, message: string, counted: boolean): Promise<void> {
  await tx.operationStep.updateMany({
    // Not one whose end was written after all: the answer to a commit can be lost.
    where: { operationId, name, state: { not: 'DONE' } },
    data: { state: 'WAITING', message, ...(counted ? {} : { attempts: { decrement: 1 } }) },
  });
}

export async function failStep(tx: Tx, operationId: string, name: string, failure: OperationFailure): Promise<void> {
  await tx.operationStep.update({
    where: { operationId_name: { operationId, name } },
    data: { state: 'FAILED', finishedAt: new Date(), message: failure.publicMessage },
  });
}

/** Hands the operation back: the next worker may claim it after `delayMs`. */
export async function releaseOperation(tx: Tx, operationId: string, delayMs: number): Promise<number> {
  const [row] = await tx.$queryRaw<{ claims: number }[]>`
    UPDATE "Operation" SET state = 'PENDING', "leaseOwner" = NULL, "leaseUntil" = NULL,
      "notBefore" = clock_timestamp() + make_interval(secs => ${delayMs / 1000}::double precision)
    WHERE id = ${operationId} RETURNING claims`;
  return row?.claims ?? 0;
}

/** Ends the operation. */
export async function finishOperation(tx: Tx, operationId: string, failure?: OperationFailure): Promise<void> {
  await tx.operation.update({
    where: { id: operationId },
    data: {
      state: failure ? 'FAILED' : 'SUCCEEDED',
      leaseOwner: null,
      leaseUntil: null,
      finishedAt: new Date(),
      errorCode: failure?.code ?? null,
      publicMessage: failure?.publicMessage ?? null,
    },
  });
}
