/** Browser-safe door: schemas, shapes and query keys. */
export { cardSchema, type Card, type CardInput } from './provider/card';
export { testCards } from './provider/test-cards';

export type BookCode = 'TEST' | 'LIVE';
export type InvoiceStateCode = 'OPEN' | 'PAID' | 'REFUNDING' | 'REFUNDED' | 'VOID';
export type PaymentStateCode = 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'REFUNDED';

export interface InvoiceLine {
  description: string;
  quantity: number;
  /** For the whole line, in minor units of the invoice's currency. */
  amountMinor: number;
}

export interface PriceQuote {
  plan: 'TEST' | 'STANDARD';
  /** TEST: no real money; every page says so. */
  book: BookCode;
  lines: InvoiceLine[];
  amountMinor: number;
  currency: string;
  termDays: number;
}

export interface PaymentView {
  id: string;
  state: PaymentStateCode;
  cardLast4: string | null;
  declineCode: string | null;
  /** Why it was declined and what to do; null unless declined. */
  declineMessage: string | null;
  createdAt: string;
  settledAt: string | null;
}

export interface InvoiceView {
  id: string;
  /** `2026-000042`; in the test book `TEST-2026-000042`. */
  number: string;
  book: BookCode;
  state: InvoiceStateCode;
  organisation: { id: string; name: string };
  application: { id: string; name: string };
  lines: InvoiceLine[];
  amountMinor: number;
  /** ISO 4217. */
  currency: string;
  /** ISO 8601, as all times. */
  createdAt: string;
  paidAt: string | null;
  refundedAt: string | null;
  /** Oldest first. */
  payments: PaymentView[];
}

export interface InvoicePage {
  invoices: InvoiceView[];
  total: number;
  page: number;
  pageSize: number;
}

export const invoiceKeys = {
  all: ['invoices'] as const,
  lists: () => [...invoiceKeys.all, 'list'] as const,
  list: (page: number) => [...invoiceKeys.lists(), page] as const,
  detail: (invoiceId: string) => [...invoiceKeys.all, 'detail', invoiceId] as const,
};
