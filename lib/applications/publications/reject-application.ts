import { actorOf, type Caller } from '@/lib/access-keys';
import { recordAuditEvent } from '@/lib/audit';
import { requirePortalAdmin } from '@/lib/identity';
import { getDb } from '@/lib/platform';
import { applicationInclude, toApplicationView } from '../application-view';
import type { ApplicationView } from '../client';
import { moveApplication } from '../move-application';
import { giveBack, payBack } from './give-back';

export interface RejectApplicationInput {
  applicationId: string;
  /** In plain words: the publisher reads it. */
  reason: string;
}

/**
 * The portal admin refuses a publication; the publisher reads why and gets the money back.
 *
 * @throws AppError FORBIDDEN; NOT_FOUND; CONFLICT when somebody decided, or the publisher cancelled, meanwhile.
 */
export async function rejectApplication(caller: Caller, input: RejectApplicationInput): Promise<ApplicationView> {
  requirePortalAdmin(caller.session);
  const { applicationId, reason } = input;
  const actor = actorOf(caller);
  const { requestId } = caller;
  const { invoiceId } = await getDb().$transaction(async (tx) => {
    const owed = await giveBack(tx, { applicationId, move: 'reject', reason, actor, requestId });
    const decision = { stateReason: reason, decidedAt: new Date(), decidedById: caller.session.user.id };
    await moveApplication(tx, { applicationId, move: 'reject', data: decision });
    await recordAuditEvent(tx, {
      actor,
      organisationId: owed.organisationId,
      action: 'application.reject',
      subject: { type: 'application', id: applicationId },
      details: { reason },
      requestId,
    });
    return owed;
  });
  await payBack(invoiceId);
  return toApplicationView(await getDb().application.findUniqueOrThrow({ where: { id: applicationId }, include: applicationInclude }));
}
