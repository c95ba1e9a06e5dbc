import { assert, getDb, getEnv } from '@/lib/platform';
import type { PaymentProvider } from './payment-provider';
import { createTestCardProvider } from './test-card-provider';

/** Providers by the name that a payment row carries; a stored payment is always settled by the one that took it. */
const factories: Record<string, () => PaymentProvider> = {
  test: () => createTestCardProvider(getDb()),
};

/** The provider that takes new payments, by PAYMENTS. */
export function currentPaymentProvider(): PaymentProvider {
  return paymentProvider(getEnv().PAYMENTS);
}

export function paymentProvider(name: string): PaymentProvider {
  const make = factories[name];
  assert(make, `payment provider ${name} is not known here`);
  return make();
}

/** The book that new invoices are written in: test money never meets real money. */
export function currentBook(): 'TEST' | 'LIVE' {
  return currentPaymentProvider().book;
}
