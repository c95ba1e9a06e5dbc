import { getDb } from '@/lib/platform';
import { beforeEach, describe, expect, it } from 'vitest';
import { payInvoice } from './pay-invoice';
import type { PaymentProvider } from './provider/payment-provider';
import { createTestCardProvider } from './provider/test-card-provider';
import { testCards } from './provider/test-cards';
import { getInvoice } from './queries';
import { oweRefund, refundInvoice } from './refund-invoice';
import { settlePendingPayments } from './settle-pending-payments';
import { cardOf, givenOpenInvoice, givenOrganisation, prepaidBalanceMinor, recordingSubject, type BillingFixture } from './testing/billing-fixture';
import { voidInvoice } from './void-invoice';

let fixture: BillingFixture;
let invoiceId: string;

beforeEach(async () => {
  fixture = await givenOrganisation();
  invoiceId = (await givenOpenInvoice(fixture)).invoiceId;
});

const pay = (number: string = testCards.succeeds) => payInvoice({ ...fixture, invoiceId, card: cardOf(number) }, recordingSubject());
const view = () => getInvoice({ invoiceId, organisationId: fixture.organisationId });
const closing = () => ({ ...fixture, invoiceId, reason: 'rejected' });
const owe = () => getDb().$transaction((tx) => oweRefund(tx, closing()));

describe('refundInvoice', () => {
  it('gives the whole amount back and empties the prepaid account', async () => {
    const { paymentId } = await pay();
    await owe();
    expect((await view()).state).toBe('REFUNDING');
    expect(await refundInvoice(invoiceId)).toBe('refunded');
    expect(await view()).toMatchObject({ state: 'REFUNDED', refundedAt: expect.any(String), payments: [{ state: 'REFUNDED' }] });
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(0n);
    expect(await getDb().testCharge.findUnique({ where: { idempotencyKey: paymentId } })).toMatchObject({ refundedAt: expect.any(Date) });
  });

  it('gives it back exactly once however often and however many ask', async () => {
    const { paymentId } = await pay();
    await owe();
    await expect(owe()).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'REFUNDING' } });
    await Promise.all(Array.from({ length: 8 }, () => refundInvoice(invoiceId)));
    expect(await refundInvoice(invoiceId)).toBe('refunded');
    await expect(owe()).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'REFUNDED' } });
    expect(await getDb().moneyEntry.count({ where: { reference: `refund:${paymentId}` } })).toBe(1);
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(0n);
  });

  it('stays owed while the provider gives no answer; the sweep pays it back', async () => {
    await pay();
    await owe();
    const away = (): PaymentProvider => ({ ...createTestCardProvider(getDb()), refund: async () => Promise.reject(new Error('away')) });
    expect(await refundInvoice(invoiceId, away)).toBe('pending');
    expect((await view()).state).toBe('REFUNDING');
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(36_500n);
    await settlePendingPayments(recordingSubject(), { organisationId: fixture.organisationId, olderThanMs: 0 });
    expect((await view()).state).toBe('REFUNDED');
  });

  it('settles a refund whose answer was lost after the provider had paid it back', async () => {
    await pay();
    await owe();
    const real = createTestCardProvider(getDb());
    const deaf = (): PaymentProvider => ({
      ...real,
      refund: async (request) => {
        await real.refund(request);
        return { state: 'unknown' };
      },
    });
    expect(await refundInvoice(invoiceId, deaf)).toBe('pending');
    expect(await refundInvoice(invoiceId)).toBe('refunded');
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(0n);
  });

  it('is not owed for an invoice that nobody paid', async () => {
    await expect(owe()).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'OPEN' } });
  });

  it("answers NOT_FOUND for another organisation's invoice", async () => {
    await pay();
    const { organisationId } = await givenOrganisation();
    await expect(getDb().$transaction((tx) => oweRefund(tx, { ...closing(), organisationId }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await view()).state).toBe('PAID');
  });
});

describe('voidInvoice', () => {
  it('closes an open invoice so that it cannot be paid any more', async () => {
    await getDb().$transaction((tx) => voidInvoice(tx, closing()));
    expect((await view()).state).toBe('VOID');
    await expect(pay()).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'VOID' } });
  });

  it('refuses while a payment is under way: money that arrives must find its invoice', async () => {
    expect((await pay(testCards.requestLost)).state).toBe('pending');
    await expect(getDb().$transaction((tx) => voidInvoice(tx, closing()))).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { state: 'PENDING' },
    });
  });

  it('lets either the payment or the cancellation win when both come at once, never both', async () => {
    for (let round = 0; round < 5; round++) {
      const next = await givenOpenInvoice(fixture);
      const [paid, closed] = await Promise.allSettled([
        payInvoice({ ...fixture, invoiceId: next.invoiceId, card: cardOf(testCards.succeeds) }, recordingSubject()),
        getDb().$transaction((tx) => voidInvoice(tx, { ...closing(), invoiceId: next.invoiceId })),
      ]);
      expect([paid.status, closed.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    }
  });
});
