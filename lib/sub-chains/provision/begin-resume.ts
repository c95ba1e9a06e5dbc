import { recordAuditEvent, type AuditEntry } from '@/lib/audit';
import { resumeOperation } from '@/lib/operations';
import { AppError, type Tx } from '@/lib/platform';
import { provisionOperation } from './provision-operation';
import { requirePaid } from './require-paid';

export interface BeginResume {
  applicationId: string;
  actor: AuditEntry['actor'];
  requestId?: string | undefined;
}

/**
 * FAILED → PROVISIONING: the failed operation goes on where it stopped, in the caller's transaction. After the commit
 * the caller rings the bell.
 *
 * @throws AppError CONFLICT when the application has not failed, or when its money was given back and not paid anew
 */
export async function beginResume(tx: Tx, { applicationId, actor, requestId }: BeginResume): Promise<{ operationId: string }> {
  await requirePaid(tx, applicationId);
  const { count } = await tx.application.updateMany({
    where: { id: applicationId, state: 'FAILED' },
    data: { state: 'PROVISIONING', stateReason: null, version: { increment: 1 } },
  });
  const operation = await tx.operation.findFirst({
    where: { applicationId, kind: provisionOperation.kind },
    orderBy: { id: 'desc' },
    select: { id: true, organisationId: true },
  });
  if (count === 0 || !operation) {
    throw new AppError('CONFLICT', { subject: 'application' }, { publicMessage: 'Only an application whose provisioning failed can be resumed.' });
  }
  await resumeOperation(tx, operation.id);
  await recordAuditEvent(tx, {
    actor,
    organisationId: operation.organisationId ?? undefined,
    action: 'application.resume',
    subject: { type: 'application', id: applicationId },
    details: { operationId: operation.id },
    requestId,
  });
  return { operationId: operation.id };
}
