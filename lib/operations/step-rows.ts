import type { Tx } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import type { OperationFailure } from './retry-policy';
import type { StepOutcome } from './definition';

/** Marks the step as under way and counts the try. Returns the number of this try. */
export async function startStep(tx: Tx, operationId: string, name: string, position: number): Promise<number> {
  const now = new Date();
  // A row may be missing when a release added a step to a kind of operation that was under way.
  const row = await tx.operationStep.upsert({
    where: { operationId_name: { operationId, name } },
    create: { operationId, name, position, state: 'RUNNING', attempts: 1, startedAt: now },
    update: { state: 'RUNNING', attempts: { increment: 1 } },
  });
  if (!row.startedAt) await tx.operationStep.update({ where: { operationId_name: { operationId, name } }, data: { startedAt: now } });
  return row.attempts;
}

/** Remembers the step's result: it is never run again. */
export async function finishStep(tx: Tx, operationId: string, name: string, outcome: StepOutcome): Promise<void> {
  await tx.operationStep.update({
    where: { operationId_name: { operationId, name } },
    data: {
      state: 'DONE',
      finishedAt: new Date(),
      message: outcome.message ?? null,
      ...(outcome.result === undefined ? {} : { result: outcome.result as Prisma.InputJsonObject }),
    },
  });
  await outcome.commit?.(tx);
}

/** Puts the step back to wait; `counted: false` for a try that was cut short by an orderly shutdown. */
export async function putBackStep(tx: Tx, operationId: string, name: string, message: string, counted: boolean): Promise<void> {
  await tx.operationStep.update({
    where: { operationId_name: { operationId, name } },
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
