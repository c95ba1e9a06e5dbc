import { actorOf, type Caller } from '@/lib/access-keys';
import { recordAuditEvent } from '@/lib/audit';
import { requirePortalAdmin } from '@/lib/identity';
import { ringOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { beginProvision } from '@/lib/sub-chains';
import { moveApplication } from '../move-application';
import { requireMovable } from './give-back';

/**
 * The portal admin lets a publication go ahead. State, operation and audit row are one transaction, the bell rings
 * after it; of two people who approve at once one is told that it is done.
 *
 * @returns the operation that provisions the sub-chain, to be followed.
 * @throws AppError FORBIDDEN; NOT_FOUND; CONFLICT when somebody decided, or the publisher cancelled, meanwhile.
 */
export async function approveApplication(caller: Caller, applicationId: string): Promise<{ operationId: string }> {
  requirePortalAdmin(caller.session);
  const userId = caller.session.user.id;
  const operationId = await getDb().$transaction(async (tx) => {
    const { organisationId } = await requireMovable(tx, { applicationId, move: 'approve' });
    await moveApplication(tx, { applicationId, move: 'approve', data: { decidedAt: new Date(), decidedById: userId } });
    const actor = actorOf(caller);
    const { requestId } = caller;
    const begun = await beginProvision(tx, { applicationId, actor, requestId });
    await recordAuditEvent(tx, {
      actor,
      organisationId,
      action: 'application.approve',
      subject: { type: 'application', id: applicationId },
      details: { operationId: begun.operationId },
      requestId,
    });
    return begun.operationId;
  });
  await ringOperation(operationId);
  return { operationId };
}
