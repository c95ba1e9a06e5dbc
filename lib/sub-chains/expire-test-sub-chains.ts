import { recordAuditEvent } from '@/lib/audit';
import { resumeOperation, ringOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { beginDelete } from './delete/begin-delete';
import { deleteOperation } from './delete/delete-operation';

const perSweepMax = 100;
/** A deletion that failed is taken up again after this time. */
const resumeAfterMs = 5 * 60 * 1000;

/**
 * Deletes test sub-chains whose 30 days have ended (the doors have refused writes since that moment), and takes up
 * deletions that failed.
 */
export async function expireTestSubChains(now: Date = new Date()): Promise<{ expired: number; resumed: number }> {
  const ended = await getDb().application.findMany({
    where: { plan: 'TEST', state: { in: ['RUNNING', 'FAILED'] }, expiresAt: { lte: now } },
    select: { id: true },
    take: perSweepMax,
  });
  for (const { id } of ended) await expire(id);
  return { expired: ended.length, resumed: await resumeDeletions(now) };
}

async function expire(applicationId: string): Promise<void> {
  const operationId = await getDb().$transaction(async (tx) => {
    const { count } = await tx.application.updateMany({
      where: { id: applicationId, state: { in: ['RUNNING', 'FAILED'] } },
      data: { state: 'DELETING', stateReason: 'The 30 test days have ended.', version: { increment: 1 } },
    });
    // Its owner, or another worker, was faster.
    if (count === 0) return undefined;
    const { organisationId } = await tx.application.findUniqueOrThrow({ where: { id: applicationId }, select: { organisationId: true } });
    const begun = await beginDelete(tx, { applicationId, cause: 'expired' });
    await recordAuditEvent(tx, {
      actor: { kind: 'SYSTEM' },
      organisationId,
      action: 'application.expire',
      subject: { type: 'application', id: applicationId },
      details: { operationId: begun },
    });
    return begun;
  });
  if (operationId !== undefined) await ringOperation(operationId);
}

async function resumeDeletions(now: Date): Promise<number> {
  const failed = await getDb().operation.findMany({
    where: { kind: deleteOperation.kind, state: 'FAILED', finishedAt: { lte: new Date(now.getTime() - resumeAfterMs) }, application: { state: 'DELETING' } },
    select: { id: true },
    take: perSweepMax,
  });
  for (const { id } of failed) {
    await getDb().$transaction((tx) => resumeOperation(tx, id));
    await ringOperation(id);
  }
  return failed.length;
}
