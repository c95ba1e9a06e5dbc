import { resumeOperation } from '@/lib/operations';
import { AppError, type Tx } from '@/lib/platform';
import { provisionOperation } from './provision-operation';
import { requirePaid } from './require-paid';

/**
 * FAILED → PROVISIONING: the failed operation goes on where it stopped, in the caller's transaction, which also writes
 * the audit row. After the commit the caller rings the bell.
 *
 * @returns id of the operation
 * @throws AppError CONFLICT when the application has not failed, or when its money was given back
 */
export async function beginResume(tx: Tx, { applicationId }: { applicationId: string }): Promise<string> {
  await requirePaid(tx, applicationId);
  const { count } = await tx.application.updateMany({
    where: { id: applicationId, state: 'FAILED' },
    data: { state: 'PROVISIONING', stateReason: null, version: { increment: 1 } },
  });
  const operation = await tx.operation.findFirst({ where: { applicationId, kind: provisionOperation.kind }, orderBy: { id: 'desc' }, select: { id: true } });
  if (count === 0 || !operation) {
    throw new AppError('CONFLICT', { subject: 'application' }, { publicMessage: 'Only an application whose provisioning failed can be resumed.' });
  }
  await resumeOperation(tx, operation.id);
  return operation.id;
}
