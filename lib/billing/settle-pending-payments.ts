import { getDb, getLogger } from '@/lib/platform';
import type { InvoiceSubject } from './invoice-subject';
import type { PaymentProvider } from './provider/payment-provider';
import { paymentProvider } from './provider/payment-providers';
import { refundInvoice } from './refund-invoice';
import { settlePayment } from './settle-payment';
import { providerDeadlineMs, withDeadline } from './provider/with-deadline';

export interface SettlePendingPaymentsOptions {
  /** Only this organisation's, for somebody who is waiting; absent: everybody's. */
  organisationId?: string;
  /** Younger payments still have a request that waits for them. Default: three times the provider's deadline. */
  olderThanMs?: number;
  /** Rows of each kind in one sweep. */
  limit?: number;
  providerOf?: (name: string) => PaymentProvider;
}

export interface SettlePendingPaymentsResult {
  settled: number;
  refunded: number;
  /** Still without an answer; the next sweep asks again. */
  waiting: number;
}

/**
 * Heals what a crash or a lost answer left behind: asks the provider for the fate of old PENDING payments (one that
 * never arrived is cancelled at the provider first, so that it cannot arrive later) and pays back owed refunds.
 * Safe to run side by side and at any time.
 */
export async function settlePendingPayments(
  subject: InvoiceSubject,
  options: SettlePendingPaymentsOptions = {},
): Promise<SettlePendingPaymentsResult> {
  const { olderThanMs = 3 * providerDeadlineMs, limit = 50, providerOf = paymentProvider } = options;
  const whose = options.organisationId === undefined ? {} : { organisationId: options.organisationId };
  const result: SettlePendingPaymentsResult = { settled: 0, refunded: 0, waiting: 0 };

  const payments = await getDb().payment.findMany({
    where: { state: 'PENDING', createdAt: { lte: new Date(Date.now() - olderThanMs) }, invoice: whose },
    orderBy: { createdAt: 'asc' },
    take: limit,
  });
  for (const payment of payments) {
    const { id: paymentId, invoiceId, idempotencyKey, provider } = payment;
    const isSettled = await attempt({ paymentId }, async () => {
      const outcome = await withDeadline(providerOf(provider).cancel(idempotencyKey));
      if (outcome.state === 'unknown') return false;
      await settlePayment({ paymentId, invoiceId, outcome, actor: { kind: 'SYSTEM' } }, subject);
      return true;
    });
    if (isSettled) result.settled += 1;
    else result.waiting += 1;
  }

  const owed = await getDb().invoice.findMany({
    where: { state: 'REFUNDING', ...whose },
    orderBy: { createdAt: 'asc' },
    take: limit,
    select: { id: true },
  });
  for (const { id: invoiceId } of owed) {
    const isRefunded = await attempt({ invoiceId }, async () => (await refundInvoice(invoiceId, providerOf)) === 'refunded');
    if (isRefunded) result.refunded += 1;
    else result.waiting += 1;
  }
  return result;
}

/** One row that cannot be settled must not keep the others waiting: it is logged and tried again next time. */
async function attempt(ids: Record<string, string>, settle: () => Promise<boolean>): Promise<boolean> {
  try {
    return await settle();
  } catch (error) {
    getLogger().error({ err: error, ...ids }, 'a payment could not be settled');
    return false;
  }
}
