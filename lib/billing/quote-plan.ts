import type { PriceQuote } from './client';
import { currentBook } from './provider/payment-providers';
import { invoiceLinesOf, priceBook, type PlanCode } from './price-book';

/** The one price of a plan, as the wizard shows it before an invoice exists. */
export function quotePlan(plan: PlanCode): PriceQuote {
  const price = priceBook[plan];
  return {
    plan,
    book: currentBook(),
    lines: invoiceLinesOf(plan),
    amountMinor: Number(price.amountMinor),
    currency: price.currency,
    termDays: price.termDays,
  };
}
