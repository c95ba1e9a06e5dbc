export { cardOf, givenOpenInvoice, prepaidBalanceMinor, type BillingFixture } from './billing-fixture';
