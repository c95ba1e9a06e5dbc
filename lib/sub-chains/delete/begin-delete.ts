import { recordAuditEvent, type AuditEntry } from '@/lib/audit';
import { revokeApplicationKeys } from '@/lib/access-keys';
import { beginOperation } from '@/lib/operations';
import { AppError, type Tx } from '@/lib/platform';
import type { DeleteInput } from '../operation-input';
import { deleteOperation } from './delete-operation';

export interface BeginDelete {
  applicationId: string;
  cause: DeleteInput['cause'];
  actor: AuditEntry['actor'];
  requestId?: string | undefined;
}

/**
 * RUNNING or FAILED → DELETING: refuses all keys and begins the operation, in the caller's transaction. After the
 * commit the caller rings the bell: `ringOperation(operationId)`.
 *
 * @throws AppError CONFLICT in any other state
 */
export async function beginDelete(tx: Tx, { applicationId, cause, actor, requestId }: BeginDelete): Promise<{ operationId: string }> {
  const { count } = await tx.application.updateMany({
    where: { id: applicationId, state: { in: ['RUNNING', 'FAILED'] } },
    data: { state: 'DELETING', version: { increment: 1 } },
  });
  if (count === 0) throw new AppError('CONFLICT', { subject: 'application' }, { publicMessage: 'Only a running or a failed application can be deleted.' });
  const { organisationId } = await tx.application.findUniqueOrThrow({ where: { id: applicationId }, select: { organisationId: true } });
  await tx.subChain.updateMany({ where: { applicationId }, data: { state: 'CLOSING' } });
  await revokeApplicationKeys(tx, applicationId);
  const operationId = await beginOperation(tx, deleteOperation, {
    input: { applicationId, cause },
    organisationId,
    applicationId,
    ...(actor.kind === 'USER' ? { startedById: actor.userId } : {}),
  });
  await recordAuditEvent(tx, {
    actor,
    organisationId,
    action: 'application.delete',
    subject: { type: 'application', id: applicationId },
    details: { operationId, cause },
    requestId,
  });
  return { operationId };
}
