import { resumeOperation, ringOperation } from '@/lib/operations';
import { getDb, getLogger, hasCode } from '@/lib/platform';
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
  try {
    const { operationId } = await getDb().$transaction((tx) => beginDelete(tx, { applicationId, cause: 'expired', actor: { kind: 'SYSTEM' } }));
    await ringOperation(operationId);
  } catch (error) {
    // Its owner, or another worker, was faster.
    if (!hasCode(error, 'CONFLICT')) throw error;
    getLogger().debug({ applicationId }, 'test sub-chain was deleted meanwhile');
  }
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
