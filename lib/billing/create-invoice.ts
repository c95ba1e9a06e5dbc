import { recordAuditEvent } from '@/lib/audit';
import { assert, createId, type Tx } from '@/lib/platform';
import { currentBook } from './provider/payment-providers';
import { invoiceLinesOf, priceBook, type PlanCode } from './price-book';
import type { Actor } from './invoice-subject';

export interface CreateInvoiceInput {
  organisationId: string;
  applicationId: string;
  plan: PlanCode;
  actor: Actor;
  requestId?: string | undefined;
}

/**
 * Issues the invoice for one term of a plan, in the caller's transaction. Numbers are consecutive without gaps:
 * the counter's row is locked until that transaction ends, and a rollback gives the number back.
 */
export async function createInvoice(tx: Tx, input: CreateInvoiceInput): Promise<{ id: string; number: string }> {
  const price = priceBook[input.plan];
  assert(price.amountMinor > 0n, `plan ${input.plan} is free: there is nothing to invoice`);
  const book = currentBook();
  const { nextInvoice } = await tx.installation.update({
    where: { id: 1 },
    data: { nextInvoice: { increment: 1 } },
    select: { nextInvoice: true },
  });
  const number = invoiceNumber(book, new Date().getUTCFullYear(), nextInvoice - 1);
  const id = createId('invoice');
  await tx.invoice.create({
    data: {
      id,
      number,
      organisationId: input.organisationId,
      applicationId: input.applicationId,
      book,
      state: 'OPEN',
      amountMinor: price.amountMinor,
      currency: price.currency,
      lines: invoiceLinesOf(input.plan).map((line) => ({ ...line })),
    },
  });
  await recordAuditEvent(tx, {
    actor: input.actor,
    organisationId: input.organisationId,
    action: 'invoice.create',
    subject: { type: 'invoice', id },
    details: { number, book, applicationId: input.applicationId, amountMinor: Number(price.amountMinor), currency: price.currency },
    requestId: input.requestId,
  });
  return { id, number };
}

/** `2026-000042`, and `TEST-2026-000042` in the test book, so that a printed test invoice says what it is. */
export function invoiceNumber(book: 'TEST' | 'LIVE', year: number, count: number): string {
  const number = `${year}-${String(count).padStart(6, '0')}`;
  return book === 'TEST' ? `TEST-${number}` : number;
}
