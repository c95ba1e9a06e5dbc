import { recordAuditEvent } from '@/lib/audit';
import { assert, getDb } from '@/lib/platform';
import type { Actor, InvoiceSubject } from './invoice-subject';
import { lockInvoice } from './lock-invoice';
import type { ChargeOutcome } from './provider/payment-provider';
import { moneyAccounts, postMoneyEntry } from './post-money-entry';

export interface SettlePaymentInput {
  paymentId: string;
  invoiceId: string;
  outcome: Exclude<ChargeOutcome, { state: 'unknown' }>;
  actor: Actor;
  requestId?: string | undefined;
}

/**
 * Writes what the provider said, in one transaction: payment, invoice, journal entry, audit row and the subject's own
 * row. Whoever comes second (a sweep beside a slow request) finds it done and changes nothing.
 */
export async function settlePayment(input: SettlePaymentInput, subject: InvoiceSubject): Promise<void> {
  const { paymentId, outcome, actor, requestId } = input;
  await getDb().$transaction(async (tx) => {
    const invoice = await lockInvoice(tx, { id: input.invoiceId });
    const payment = invoice.payments.find((candidate) => candidate.id === paymentId);
    assert(payment, `payment ${paymentId} belongs to invoice ${invoice.id}`);
    if (payment.state !== 'PENDING') return;
    const audit = {
      actor,
      organisationId: invoice.organisationId,
      subject: { type: 'invoice', id: invoice.id },
      requestId,
    };
    const settledAt = new Date();

    if (outcome.state === 'declined') {
      await tx.payment.update({
        where: { id: paymentId },
        data: { state: 'DECLINED', declineCode: outcome.declineCode, settledAt },
      });
      const details = { paymentId, declineCode: outcome.declineCode };
      await recordAuditEvent(tx, { ...audit, action: 'invoice.payment-declined', details });
      return;
    }

    assert(invoice.state === 'OPEN', `invoice ${invoice.id} with a pending payment is open`);
    await tx.payment.update({
      where: { id: paymentId },
      data: { state: 'SUCCEEDED', providerRef: outcome.providerRef, settledAt },
    });
    await tx.invoice.update({ where: { id: invoice.id }, data: { state: 'PAID', paidAt: settledAt } });
    await postMoneyEntry(tx, {
      book: invoice.book,
      reference: `payment:${paymentId}`,
      currency: payment.currency,
      lines: [
        { account: moneyAccounts.cardClearing, amountMinor: payment.amountMinor },
        { account: moneyAccounts.prepaid(invoice.organisationId), amountMinor: -payment.amountMinor },
      ],
    });
    const details = { paymentId, book: invoice.book, amountMinor: Number(payment.amountMinor), currency: payment.currency };
    await recordAuditEvent(tx, { ...audit, action: 'invoice.pay', details });
    const { organisationId, applicationId } = invoice;
    await subject.paid(tx, { invoiceId: invoice.id, organisationId, applicationId, actor });
  });
}
