import { requireApplication, actorOf, type Caller } from '@/lib/access-keys';
import { getInvoice, type InvoiceView } from '@/lib/billing';
import { AppError, getDb } from '@/lib/platform';
import { movedOn } from '../move-application';
import { giveBack, payBack } from './give-back';

/**
 * Gives back what was paid for an application that failed, was rejected or was cancelled. The refund is owed from that
 * moment on without anybody asking; this asks the payment provider at once, and may be repeated.
 *
 * @returns the invoice: REFUNDED, or still REFUNDING while the provider does not answer.
 * @throws AppError CONFLICT while the application goes its way; NOT_FOUND; FORBIDDEN.
 */
export async function refundApplication(caller: Caller, applicationId: string): Promise<InvoiceView> {
  const { organisationId, state } = await requireApplication(caller, applicationId, 'billing.pay');
  const invoice = await getDb().invoice.findFirst({
    where: { applicationId, organisationId, state: { in: ['PAID', 'REFUNDING', 'REFUNDED'] } },
    orderBy: { createdAt: 'desc' },
    select: { id: true, state: true },
  });
  if (!invoice) {
    throw new AppError('CONFLICT', { subject: 'invoice', state }, { publicMessage: 'Nothing was paid for this application.' });
  }
  if (invoice.state === 'PAID') {
    if (state !== 'FAILED') throw movedOn(state);
    const actor = actorOf(caller);
    const reason = 'Asked for after provisioning failed.';
    await getDb().$transaction((tx) => giveBack(tx, { applicationId, organisationId, move: 'resume', reason, actor, requestId: caller.requestId }));
  }
  if (invoice.state !== 'REFUNDED') await payBack(invoice.id);
  return getInvoice({ invoiceId: invoice.id, organisationId });
}
