import { recordAuditEvent } from '@/lib/audit';
import { AppError, assert, getDb, getLogger, type Tx } from '@/lib/platform';
import { lockInvoice } from './lock-invoice';
import type { PaymentProvider } from './provider/payment-provider';
import { paymentProvider } from './provider/payment-providers';
import { moneyAccounts, postMoneyEntry } from './post-money-entry';
import type { CloseInvoiceInput } from './void-invoice';
import { withDeadline } from './provider/with-deadline';

/**
 * First half of a refund, in the caller's transaction beside the change that causes it: from here on the money is
 * owed back, whatever crashes. After the commit call {@link refundInvoice}; the sweep does it otherwise.
 *
 * @throws AppError NOT_FOUND; CONFLICT when the invoice is not paid, or is refunded already.
 */
export async function oweRefund(tx: Tx, input: CloseInvoiceInput): Promise<void> {
  const invoice = await lockInvoice(tx, { id: input.invoiceId, organisationId: input.organisationId });
  if (invoice.state !== 'PAID') {
    throw new AppError('CONFLICT', { subject: 'invoice', state: invoice.state }, {
      publicMessage: 'There is nothing to refund: this invoice is not paid, or was refunded already.',
    });
  }
  await tx.invoice.update({ where: { id: invoice.id }, data: { state: 'REFUNDING' } });
  await recordAuditEvent(tx, {
    actor: input.actor,
    organisationId: input.organisationId,
    action: 'invoice.refund',
    subject: { type: 'invoice', id: invoice.id },
    details: { reason: input.reason, book: invoice.book, amountMinor: Number(invoice.amountMinor), currency: invoice.currency },
    requestId: input.requestId,
  });
}

/**
 * Second half: gives an owed refund back through the provider that took the money and writes it into the journal.
 * May be called any number of times and side by side; the money goes back once.
 *
 * @returns `pending` when the provider gave no answer: the sweep asks again.
 */
export async function refundInvoice(
  invoiceId: string,
  providerOf: (name: string) => PaymentProvider = paymentProvider,
): Promise<'refunded' | 'pending'> {
  const payment = await getDb().payment.findFirst({
    where: { invoiceId, state: { in: ['SUCCEEDED', 'REFUNDED'] } },
    include: { invoice: { select: { state: true } } },
  });
  assert(payment?.providerRef, `invoice ${invoiceId} was paid`);
  if (payment.state === 'REFUNDED' || payment.invoice.state === 'REFUNDED') return 'refunded';
  assert(payment.invoice.state === 'REFUNDING', `a refund of invoice ${invoiceId} is owed`);

  if (!(await askForRefund(providerOf(payment.provider), { ...payment, providerRef: payment.providerRef }))) return 'pending';
  await getDb().$transaction((tx) => settleRefund(tx, invoiceId, payment.id));
  return 'refunded';
}

async function askForRefund(
  provider: PaymentProvider,
  payment: { id: string; providerRef: string; amountMinor: bigint; currency: string },
): Promise<boolean> {
  const { id, providerRef, amountMinor, currency } = payment;
  try {
    const request = { idempotencyKey: `refund:${id}`, providerRef, amountMinor, currency };
    return (await withDeadline(provider.refund(request))).state === 'refunded';
  } catch (error) {
    getLogger().warn({ err: error, paymentId: id }, 'the payment provider gave no answer to a refund');
    return false;
  }
}

async function settleRefund(tx: Tx, invoiceId: string, paymentId: string): Promise<void> {
  const invoice = await lockInvoice(tx, { id: invoiceId });
  if (invoice.state !== 'REFUNDING') return;
  await tx.payment.update({ where: { id: paymentId }, data: { state: 'REFUNDED' } });
  await tx.invoice.update({ where: { id: invoiceId }, data: { state: 'REFUNDED', refundedAt: new Date() } });
  await postMoneyEntry(tx, {
    book: invoice.book,
    reference: `refund:${paymentId}`,
    currency: invoice.currency,
    lines: [
      { account: moneyAccounts.prepaid(invoice.organisationId), amountMinor: invoice.amountMinor },
      { account: moneyAccounts.cardClearing, amountMinor: -invoice.amountMinor },
    ],
  });
  await recordAuditEvent(tx, {
    actor: { kind: 'SYSTEM' },
    organisationId: invoice.organisationId,
    action: 'invoice.refunded',
    subject: { type: 'invoice', id: invoiceId },
    details: { paymentId, book: invoice.book, amountMinor: Number(invoice.amountMinor), currency: invoice.currency },
  });
}
