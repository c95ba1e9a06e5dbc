import { assert } from '@/lib/platform';
import { z } from 'zod';
import type { InvoiceView } from './client';
import { declineMessageOf } from './provider/decline-messages';

/** What {@link toInvoiceView} needs of the rows. */
export const invoiceInclude = {
  organisation: { select: { id: true, name: true } },
  application: { select: { id: true, name: true } },
  payments: { orderBy: { createdAt: 'asc' } },
} as const;

const linesSchema = z.array(
  z.object({ description: z.string(), quantity: z.number().int().positive(), amountMinor: z.number().int() }),
);

interface InvoiceRows extends Pick<InvoiceView, 'id' | 'number' | 'book' | 'state' | 'organisation' | 'application' | 'currency'> {
  amountMinor: bigint;
  lines: unknown;
  createdAt: Date;
  paidAt: Date | null;
  refundedAt: Date | null;
  payments: (Pick<InvoiceView['payments'][number], 'id' | 'state' | 'cardLast4' | 'declineCode'> & {
    createdAt: Date;
    settledAt: Date | null;
  })[];
}

/** An invoice as browsers and API clients see it. */
export function toInvoiceView(invoice: InvoiceRows): InvoiceView {
  const { id, number, book, state, organisation, application, currency } = invoice;
  return {
    id,
    number,
    book,
    state,
    organisation,
    application,
    lines: linesSchema.parse(invoice.lines),
    amountMinor: toSafeNumber(invoice.amountMinor),
    currency,
    createdAt: invoice.createdAt.toISOString(),
    paidAt: invoice.paidAt?.toISOString() ?? null,
    refundedAt: invoice.refundedAt?.toISOString() ?? null,
    payments: invoice.payments.map((payment) => ({
      id: payment.id,
      state: payment.state,
      cardLast4: payment.cardLast4,
      declineCode: payment.declineCode,
      declineMessage: payment.declineCode === null ? null : declineMessageOf(payment.declineCode),
      createdAt: payment.createdAt.toISOString(),
      settledAt: payment.settledAt?.toISOString() ?? null,
    })),
  };
}

function toSafeNumber(amountMinor: bigint): number {
  assert(amountMinor <= BigInt(Number.MAX_SAFE_INTEGER), 'an amount fits a JSON number');
  return Number(amountMinor);
}
