import { describe, expect, it } from 'vitest';
import { invoiceNumber } from './create-invoice';
import { invoiceLinesOf, priceBook, type PlanCode } from './price-book';

describe('priceBook', () => {
  it('sells the standard plan for a flat 365 US dollars a year, below 400', () => {
    expect(priceBook.STANDARD).toMatchObject({ amountMinor: 36_500n, currency: 'USD', termDays: 365 });
  });

  it('prints lines that add up to what is charged', () => {
    for (const plan of Object.keys(priceBook) as PlanCode[]) {
      const sum = invoiceLinesOf(plan).reduce((total, line) => total + line.amountMinor, 0);
      expect(BigInt(sum)).toBe(priceBook[plan].amountMinor);
    }
  });
});

describe('invoiceNumber', () => {
  it('says TEST in the test book alone', () => {
    expect(invoiceNumber('TEST', 2026, 42)).toBe('TEST-2026-000042');
    expect(invoiceNumber('LIVE', 2026, 42)).toBe('2026-000042');
  });

  it('goes on past six digits', () => {
    expect(invoiceNumber('LIVE', 2027, 1_234_567)).toBe('2027-1234567');
  });
});
