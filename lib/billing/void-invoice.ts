import { recordAuditEvent } from '@/lib/audit';
import { AppError, type Tx } from '@/lib/platform';
import type { Actor } from './invoice-subject';
import { lockInvoice } from './lock-invoice';

export interface CloseInvoiceInput {
  invoiceId: string;
  organisationId: string;
  /** In plain words, for the audit row. */
  reason: string;
  actor: Actor;
  requestId?: string | undefined;
}

/**
 * Gives up an open invoice in the caller's transaction, so that nobody can pay it any more.
 *
 * @throws AppError CONFLICT when it is not open, or when a payment of it is under way.
 */
export async function voidInvoice(tx: Tx, input: CloseInvoiceInput): Promise<void> {
  const invoice = await lockInvoice(tx, { id: input.invoiceId, organisationId: input.organisationId });
  const isBeingPaid = invoice.payments.some((payment) => payment.state === 'PENDING');
  if (invoice.state !== 'OPEN' || isBeingPaid) {
    throw new AppError('CONFLICT', { subject: 'invoice', state: isBeingPaid ? 'PENDING' : invoice.state }, {
      publicMessage: 'A payment of this invoice is under way or done. Look again in a moment.',
    });
  }
  await tx.invoice.update({ where: { id: invoice.id }, data: { state: 'VOID' } });
  await recordAuditEvent(tx, {
    actor: input.actor,
    organisationId: input.organisationId,
    action: 'invoice.void',
    subject: { type: 'invoice', id: invoice.id },
    details: { reason: input.reason },
    requestId: input.requestId,
  });
}
