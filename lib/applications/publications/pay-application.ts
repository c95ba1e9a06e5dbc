import { requireApplication, actorOf, type Caller } from '@/lib/access-keys';
import { payInvoice, settlePendingPayments, type Card } from '@/lib/billing';
import { findLatestOperation, ringOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { applicationInclude, toApplicationView } from '../application-view';
import type { ApplicationView } from '../client';
import { movedOn } from '../move-application';
import { applicationInvoiceSubject } from './application-invoice-subject';

export interface PayApplicationInput {
  applicationId: string;
  card: Card;
}

export interface PayApplicationResult {
  application: ApplicationView;
  /** `pending`: the provider has not answered yet; the application moves on by itself when it has. */
  payment: 'paid' | 'pending';
}

/**
 * Pays the application's open invoice by card; it is then in the queue for approval, or goes on being provisioned
 * where it had failed.
 *
 * @throws AppError PAYMENT_DECLINED (it still waits: pay with another card); CONFLICT when it does not wait for a
 * payment, or one is under way; NOT_FOUND; FORBIDDEN.
 */
export async function payApplication(caller: Caller, input: PayApplicationInput): Promise<PayApplicationResult> {
  const { applicationId, card } = input;
  const { organisationId } = await requireApplication(caller, applicationId, 'billing.pay');
  // Somebody who comes back after a crash should not have to wait for the worker's sweep.
  await settlePendingPayments(applicationInvoiceSubject, { organisationId });
  const where = { id: applicationId, organisationId };
  const { state, invoices } = await getDb().application.findFirstOrThrow({
    where,
    select: { state: true, invoices: { where: { state: 'OPEN' }, select: { id: true } } },
  });
  const [invoice] = invoices;
  if (!invoice) throw movedOn(state);

  const payment = { invoiceId: invoice.id, organisationId, card, actor: actorOf(caller), requestId: caller.requestId };
  const { state: outcome } = await payInvoice(payment, applicationInvoiceSubject);
  if (outcome === 'paid' && state === 'FAILED') await ringResumed(applicationId);
  const application = await getDb().application.findFirstOrThrow({ where, include: applicationInclude });
  return { application: toApplicationView(application), payment: outcome };
}

async function ringResumed(applicationId: string): Promise<void> {
  const operation = await findLatestOperation(applicationId);
  if (operation?.state === 'PENDING') await ringOperation(operation.id);
}
