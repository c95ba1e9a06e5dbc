import fc from 'fast-check';
import { getDb, isAppError } from '@/lib/platform';
import { expect, it } from 'vitest';
import { checkMoneyBooks } from './check-money-books';
import { payInvoice } from './pay-invoice';
import type { PaymentProvider } from './provider/payment-provider';
import { createTestCardProvider } from './provider/test-card-provider';
import { testCards } from './provider/test-cards';
import { oweRefund, refundInvoice } from './refund-invoice';
import { settlePendingPayments } from './settle-pending-payments';
import { cardOf, givenOpenInvoice, givenOrganisation, prepaidBalanceMinor, recordingSubject, type BillingFixture } from './testing/billing-fixture';
import { voidInvoice } from './void-invoice';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const invoiceCount = 3;
const step = fc.oneof(
  fc.record({
    do: fc.constant('pay' as const),
    invoice: fc.nat(invoiceCount - 1),
    card: fc.constantFrom(...Object.values(testCards)),
    // Where the connection breaks: before the provider hears of it, or before we hear of the provider.
    breaks: fc.constantFrom('never', 'before', 'after'),
    times: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ do: fc.constant('void' as const), invoice: fc.nat(invoiceCount - 1) }),
  fc.record({ do: fc.constant('owe' as const), invoice: fc.nat(invoiceCount - 1) }),
  fc.record({ do: fc.constant('refund' as const), invoice: fc.nat(invoiceCount - 1), breaks: fc.constantFrom('never', 'before', 'after') }),
  fc.record({ do: fc.constant('sweep' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const sweep = ({ organisationId }: BillingFixture) => settlePendingPayments(recordingSubject(), { organisationId, olderThanMs: 0 });

it(`keeps the books in balance, prepaid money at or above zero and refunds single over random histories (SEED=${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const fixture = await givenOrganisation();
      const invoices = [];
      for (let index = 0; index < invoiceCount; index++) invoices.push((await givenOpenInvoice(fixture)).invoiceId);
      for (const one of steps) {
        await take(one, fixture, invoices);
        await expectBooks(fixture, invoices);
      }
      await sweep(fixture);
      await expectBooks(fixture, invoices);
      expect(await getDb().payment.count({ where: { invoiceId: { in: invoices }, state: 'PENDING' } })).toBe(0);
      expect(await getDb().invoice.count({ where: { id: { in: invoices }, state: 'REFUNDING' } })).toBe(0);
    }),
    { seed, numRuns: 25 },
  );
}, 120_000);

async function take(one: Step, fixture: BillingFixture, invoices: string[]): Promise<void> {
  if (one.do === 'sweep') {
    await sweep(fixture);
    return;
  }
  const invoiceId = invoices[one.invoice] ?? '';
  const closing = { ...fixture, invoiceId, reason: 'history' };
  if (one.do === 'pay') {
    const pay = () => payInvoice({ ...fixture, invoiceId, card: cardOf(one.card) }, recordingSubject(), breaking(one.breaks));
    await Promise.all(Array.from({ length: one.times }, () => refusable(pay)));
  } else if (one.do === 'void') {
    await refusable(() => getDb().$transaction((tx) => voidInvoice(tx, closing)));
  } else if (one.do === 'owe') {
    await refusable(() => getDb().$transaction((tx) => oweRefund(tx, closing)));
  } else {
    const owed = await getDb().invoice.count({ where: { id: invoiceId, state: 'REFUNDING' } });
    if (owed === 1) await refundInvoice(invoiceId, () => breaking(one.breaks));
  }
}

/** A refusal in plain words is a legal answer; anything else is our mistake. */
async function refusable(verb: () => Promise<unknown>): Promise<void> {
  try {
    await verb();
  } catch (error) {
    if (!isAppError(error) || !['CONFLICT', 'PAYMENT_DECLINED'].includes(error.code)) throw error;
  }
}

function breaking(breaks: string): PaymentProvider {
  const real = createTestCardProvider(getDb());
  const wrap = async <T>(call: () => Promise<T>): Promise<T> => {
    if (breaks === 'before') throw new Error('connection refused');
    const answer = await call();
    if (breaks === 'after') throw new Error('connection reset');
    return answer;
  };
  return { ...real, charge: (request) => wrap(() => real.charge(request)), refund: (request) => wrap(() => real.refund(request)) };
}

async function expectBooks({ organisationId }: BillingFixture, invoices: string[]): Promise<void> {
  const db = getDb();
  const rows = await db.invoice.findMany({ where: { id: { in: invoices } }, include: { payments: true } });
  const held = rows.filter((row) => row.state === 'PAID' || row.state === 'REFUNDING');
  const balance = await prepaidBalanceMinor(organisationId);
  expect(balance).toBeGreaterThanOrEqual(0n);
  expect(balance).toBe(held.reduce((sum, row) => sum + row.amountMinor, 0n));

  const payments = rows.flatMap((row) => row.payments.map((payment) => payment.id));
  const report = await checkMoneyBooks();
  expect(report.sums.filter((sum) => sum.amountMinor !== 0n)).toEqual([]);
  expect(report.negativePrepaid).toEqual([]);
  expect(report.paymentsWithoutEntry.filter((id) => payments.includes(id))).toEqual([]);
  expect(report.orphanedCharges.filter((key) => payments.includes(key))).toEqual([]);
  for (const row of rows) {
    const charged = row.payments.filter((payment) => payment.state === 'SUCCEEDED' || payment.state === 'REFUNDED');
    expect(charged.length).toBeLessThanOrEqual(1);
    expect(charged.length === 1).toBe(row.state === 'PAID' || row.state === 'REFUNDING' || row.state === 'REFUNDED');
  }
}
