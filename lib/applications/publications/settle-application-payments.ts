import { settlePendingPayments, type SettlePendingPaymentsOptions, type SettlePendingPaymentsResult } from '@/lib/billing';
import { applicationInvoiceSubject } from './application-invoice-subject';

/**
 * Sweep for the worker, each few seconds: settles payments and refunds that a crash or a lost answer left behind, and
 * pays back what a failed provisioning owes. Safe to run side by side.
 */
export async function settleApplicationPayments(options: SettlePendingPaymentsOptions = {}): Promise<SettlePendingPaymentsResult> {
  return settlePendingPayments(applicationInvoiceSubject, options);
}
