import { AppError, createId, getDb, getLogger } from '@/lib/platform';
import type { Card } from './provider/card';
import { declineMessageOf } from './provider/decline-messages';
import type { Actor, InvoiceSubject } from './invoice-subject';
import { lockInvoice } from './lock-invoice';
import type { ChargeOutcome, ChargeRequest, PaymentProvider } from './provider/payment-provider';
import { currentPaymentProvider } from './provider/payment-providers';
import { settlePayment } from './settle-payment';
import { withDeadline } from './provider/with-deadline';

export interface PayInvoiceInput {
  invoiceId: string;
  organisationId: string;
  card: Card;
  actor: Actor;
  requestId?: string | undefined;
}

export interface PayInvoiceResult {
  paymentId: string;
  /** `pending`: the provider has not answered; {@link settlePendingPayments} finds out, the invoice tells. */
  state: 'paid' | 'pending';
}

/**
 * Pays an open invoice by card. The payment row is committed before the provider is called, and the provider is called
 * with that row's id: a crash anywhere leaves a PENDING row whose fate the sweep asks for, and never a second charge.
 *
 * @throws AppError NOT_FOUND; CONFLICT when it is paid, void or being paid; PAYMENT_DECLINED (the invoice stays open).
 */
export async function payInvoice(
  input: PayInvoiceInput,
  subject: InvoiceSubject,
  provider: PaymentProvider = currentPaymentProvider(),
): Promise<PayInvoiceResult> {
  const { card, actor, requestId, invoiceId } = input;
  const payment = await beginPayment(input, provider.name);
  const outcome = await chargeOrAsk(provider, {
    idempotencyKey: payment.id,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    card,
  });
  if (outcome.state === 'unknown') return { paymentId: payment.id, state: 'pending' };
  await settlePayment({ paymentId: payment.id, invoiceId, outcome, actor, requestId }, subject);
  if (outcome.state === 'declined') {
    const { declineCode } = outcome;
    throw new AppError('PAYMENT_DECLINED', { declineCode }, { publicMessage: declineMessageOf(declineCode) });
  }
  return { paymentId: payment.id, state: 'paid' };
}

async function beginPayment({ invoiceId, organisationId, card }: PayInvoiceInput, provider: string) {
  return getDb().$transaction(async (tx) => {
    const invoice = await lockInvoice(tx, { id: invoiceId, organisationId });
    if (invoice.state !== 'OPEN') {
      throw new AppError('CONFLICT', { subject: 'invoice', state: invoice.state }, { publicMessage: closedMessages[invoice.state] });
    }
    if (invoice.payments.some((payment) => payment.state === 'PENDING')) {
      throw new AppError('CONFLICT', { subject: 'payment', state: 'PENDING' }, {
        publicMessage: 'A payment of this invoice is under way. Wait a moment and look again before you pay once more.',
      });
    }
    const id = createId('payment');
    return tx.payment.create({
      data: {
        id,
        invoiceId,
        provider,
        idempotencyKey: id,
        state: 'PENDING',
        amountMinor: invoice.amountMinor,
        currency: invoice.currency,
        cardLast4: card.number.slice(-4),
      },
    });
  });
}

const closedMessages = {
  PAID: 'This invoice is paid already. Nothing more was charged.',
  REFUNDING: 'This invoice is being refunded. Nothing was charged.',
  REFUNDED: 'This invoice was refunded. Nothing was charged.',
  VOID: 'This invoice was cancelled. Nothing was charged.',
} as const;

/** Charges; when no answer comes, asks once what became of it. Errors of the provider are no answer, not a decline. */
async function chargeOrAsk(provider: PaymentProvider, request: ChargeRequest): Promise<ChargeOutcome> {
  try {
    const outcome = await withDeadline(provider.charge(request));
    if (outcome.state !== 'unknown') return outcome;
    return (await withDeadline(provider.find(request.idempotencyKey))) ?? { state: 'unknown' };
  } catch (error) {
    // The error may quote the request, card and all: only its kind is logged.
    const errorName = error instanceof Error ? error.name : typeof error;
    getLogger().warn({ paymentId: request.idempotencyKey, errorName }, 'the payment provider gave no answer');
    return { state: 'unknown' };
  }
}
