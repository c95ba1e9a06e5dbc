export * from './client';
export { priceBook, type PlanCode, type PlanPrice } from './price-book';
export { quotePlan } from './quote-plan';
export { createInvoice, type CreateInvoiceInput } from './create-invoice';
export { payInvoice, type PayInvoiceInput, type PayInvoiceResult } from './pay-invoice';
export { voidInvoice, type CloseInvoiceInput } from './void-invoice';
export { oweRefund, refundInvoice } from './refund-invoice';
export {
  settlePendingPayments,
  type SettlePendingPaymentsOptions,
  type SettlePendingPaymentsResult,
} from './settle-pending-payments';
export { findApplicationInvoice, getInvoice, hasPaidInvoice, listInvoices } from './queries';
export { checkMoneyBooks, type MoneyBooksReport } from './check-money-books';
export type { Actor, InvoiceReference, InvoiceSubject } from './invoice-subject';
export type { ChargeOutcome, ChargeRequest, PaymentProvider, RefundOutcome, RefundRequest } from './provider/payment-provider';
export { createTestCardProvider } from './provider/test-card-provider';
