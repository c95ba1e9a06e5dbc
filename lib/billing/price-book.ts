import type { InvoiceLine } from './client';

/** A plan as it is sold. Prices are data: a change here changes future quotes and invoices, never issued ones. */
export interface PlanPrice {
  /** As printed on quotes and invoices. */
  label: string;
  /** Flat price for one term; nothing else is ever charged. */
  amountMinor: bigint;
  /** ISO 4217. */
  currency: 'USD';
  termDays: number;
}

export const priceBook = {
  TEST: { label: 'Test sub-chain, 30 days', amountMinor: 0n, currency: 'USD', termDays: 30 },
  STANDARD: { label: 'Standard plan, one year', amountMinor: 36_500n, currency: 'USD', termDays: 365 },
} as const satisfies Record<string, PlanPrice>;

export type PlanCode = keyof typeof priceBook;

/** Lines as printed; their sum is what is charged. */
export function invoiceLinesOf(plan: PlanCode): InvoiceLine[] {
  const price = priceBook[plan];
  return [{ description: price.label, quantity: 1, amountMinor: Number(price.amountMinor) }];
}
