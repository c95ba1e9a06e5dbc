import { actorOf, requireApplication, type Caller } from '@/lib/access-keys';
import { recordAuditEvent } from '@/lib/audit';
import { voidInvoice } from '@/lib/billing';
import { assert, getDb } from '@/lib/platform';
import { applicationInclude, toApplicationView } from '../application-view';
import type { ApplicationView } from '../client';
import { moveApplication } from '../move-application';
import { giveBack, payBack, requireMovable } from './give-back';

const reason = 'Cancelled by the publisher before approval.';

/**
 * Takes a publication back before anybody has approved it: an open invoice is void, a paid one is refunded.
 *
 * @throws AppError CONFLICT when it was approved meanwhile, or while a payment is under way; NOT_FOUND; FORBIDDEN.
 */
export async function cancelApplication(caller: Caller, applicationId: string): Promise<ApplicationView> {
  const { organisationId } = await requireApplication(caller, applicationId, 'application.submit');
  const actor = actorOf(caller);
  const { requestId } = caller;
  const owedInvoiceId = await getDb().$transaction(async (tx) => {
    const closing = { applicationId, organisationId, move: 'cancel' as const, reason, actor, requestId };
    const { state } = await requireMovable(tx, closing);
    let owed: string | undefined;
    if (state === 'SUBMITTED') {
      owed = (await giveBack(tx, closing)).invoiceId;
    } else {
      const invoice = await tx.invoice.findFirst({ where: { applicationId, organisationId, state: { in: ['OPEN', 'PAID'] } }, select: { id: true } });
      assert(invoice, `application ${applicationId} that waits for payment has an invoice`);
      await voidInvoice(tx, { invoiceId: invoice.id, organisationId, reason, actor, requestId });
    }
    await moveApplication(tx, { applicationId, organisationId, move: 'cancel', data: { stateReason: reason } });
    await recordAuditEvent(tx, {
      actor,
      organisationId,
      action: 'application.cancel',
      subject: { type: 'application', id: applicationId },
      details: { refund: owed !== undefined },
      requestId,
    });
    return owed;
  });
  if (owedInvoiceId !== undefined) await payBack(owedInvoiceId);
  return toApplicationView(await getDb().application.findFirstOrThrow({ where: { id: applicationId, organisationId }, include: applicationInclude }));
}
