import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getDb } from '@/lib/platform';
import { beforeEach, describe, expect, it } from 'vitest';
import { payInvoice } from './pay-invoice';
import { createTestCardProvider } from './provider/test-card-provider';
import type { PaymentProvider } from './provider/payment-provider';
import { testCards } from './provider/test-cards';
import { getInvoice } from './queries';
import { settlePendingPayments } from './settle-pending-payments';
import { cardOf, givenOpenInvoice, givenOrganisation, prepaidBalanceMinor, recordingSubject, type BillingFixture } from './testing/billing-fixture';

let fixture: BillingFixture;
let open: Awaited<ReturnType<typeof givenOpenInvoice>>;

beforeEach(async () => {
  fixture = await givenOrganisation();
  open = await givenOpenInvoice(fixture);
});

const inputOf = (number: string) => ({ ...fixture, invoiceId: open.invoiceId, card: cardOf(number) });
const view = () => getInvoice({ invoiceId: open.invoiceId, organisationId: fixture.organisationId });
const chargesOf = async () => {
  const payments = await getDb().payment.findMany({ where: { invoiceId: open.invoiceId } });
  return getDb().testCharge.findMany({ where: { idempotencyKey: { in: payments.map((payment) => payment.idempotencyKey) } } });
};

describe('payInvoice', () => {
  it('settles payment, invoice, journal, audit and the application together', async () => {
    const subject = recordingSubject();
    const result = await payInvoice({ ...inputOf(testCards.succeeds), requestId: 'req_1' }, subject);

    expect(result.state).toBe('paid');
    expect(await view()).toMatchObject({
      book: 'TEST',
      state: 'PAID',
      amountMinor: 36_500,
      currency: 'USD',
      payments: [{ id: result.paymentId, state: 'SUCCEEDED', cardLast4: '4242', declineCode: null }],
    });
    expect(subject.paidInvoices).toEqual([open.invoiceId]);
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(36_500n);
    const entry = await getDb().moneyEntry.findUniqueOrThrow({
      where: { reference: `payment:${result.paymentId}` },
      include: { lines: { include: { account: true }, orderBy: { amountMinor: 'asc' } } },
    });
    expect(entry.book).toBe('TEST');
    expect(entry.lines.map((line) => [line.account.code, line.amountMinor, line.currency])).toEqual([
      [`prepaid:${fixture.organisationId}`, -36_500n, 'USD'],
      ['card-clearing', 36_500n, 'USD'],
    ]);
    const audit = await getDb().auditEvent.findFirstOrThrow({ where: { subjectId: open.invoiceId, action: 'invoice.pay' } });
    expect(audit).toMatchObject({ actorKind: 'USER', actorUserId: fixture.userId, organisationId: fixture.organisationId, requestId: 'req_1' });
  });

  it.each([
    ['a declined card', testCards.declined, 'card_declined', 'The card was declined.'],
    ['a card without funds', testCards.insufficientFunds, 'insufficient_funds', 'not enough funds'],
    ['any number that is not a test card', '5555555555554444', 'test_card_required', 'Only the test cards'],
  ])('charges nothing for %s, says why, and lets another card pay', async (_what, number, declineCode, words) => {
    const subject = recordingSubject();
    await expect(payInvoice(inputOf(number), subject)).rejects.toMatchObject({
      code: 'PAYMENT_DECLINED',
      details: { declineCode },
      publicMessage: expect.stringContaining(words),
    });
    expect(await view()).toMatchObject({ state: 'OPEN', payments: [{ state: 'DECLINED', declineCode }] });
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(0n);
    expect(subject.paidInvoices).toEqual([]);

    await payInvoice(inputOf(testCards.succeeds), subject);
    expect(await view()).toMatchObject({ state: 'PAID', payments: [{ state: 'DECLINED' }, { state: 'SUCCEEDED' }] });
  });

  it('refuses a second payment of a paid invoice and charges nothing', async () => {
    await payInvoice(inputOf(testCards.succeeds), recordingSubject());
    await expect(payInvoice(inputOf(testCards.succeeds), recordingSubject())).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { subject: 'invoice', state: 'PAID' },
    });
    expect(await chargesOf()).toHaveLength(1);
  });

  it('charges once when the button is pressed ten times at once', async () => {
    const subject = recordingSubject();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => payInvoice(inputOf(testCards.succeeds), subject)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
    }
    expect((await chargesOf()).filter((charge) => charge.state === 'SUCCEEDED')).toHaveLength(1);
    expect(subject.paidInvoices).toHaveLength(1);
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(36_500n);
  });

  it("answers NOT_FOUND for another organisation's invoice", async () => {
    const stranger = await givenOrganisation();
    await expect(
      payInvoice({ ...inputOf(testCards.succeeds), organisationId: stranger.organisationId }, recordingSubject()),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await view()).payments).toEqual([]);
  });

  it('asks for the outcome when the answer of a charge is lost, and settles it', async () => {
    const result = await payInvoice(inputOf(testCards.answerLost), recordingSubject());
    expect(result.state).toBe('paid');
    expect((await view()).state).toBe('PAID');
    expect(await chargesOf()).toHaveLength(1);
  });

  it('leaves a payment pending when the request is lost; the sweep gives it up and a late arrival charges nothing', async () => {
    const subject = recordingSubject();
    const result = await payInvoice(inputOf(testCards.requestLost), subject);
    expect(result.state).toBe('pending');
    await expect(payInvoice(inputOf(testCards.succeeds), subject)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { subject: 'payment', state: 'PENDING' },
    });

    await settlePendingPayments(subject, { organisationId: fixture.organisationId, olderThanMs: 0 });
    expect(await view()).toMatchObject({ state: 'OPEN', payments: [{ state: 'DECLINED', declineCode: 'not_received' }] });

    const late = await createTestCardProvider(getDb()).charge({
      idempotencyKey: result.paymentId,
      amountMinor: 36_500n,
      currency: 'USD',
      card: cardOf(testCards.succeeds),
    });
    expect(late).toEqual({ state: 'declined', declineCode: 'not_received' });

    await payInvoice(inputOf(testCards.succeeds), subject);
    expect((await view()).state).toBe('PAID');
  });

  it('reads an exception of the provider as no answer, not as a decline', async () => {
    const real = createTestCardProvider(getDb());
    const breaking: PaymentProvider = {
      ...real,
      charge: async (request) => {
        await real.charge(request);
        throw new Error(`connection reset while sending ${request.card.number}`);
      },
    };
    const subject = recordingSubject();
    expect((await payInvoice(inputOf(testCards.succeeds), subject, breaking)).state).toBe('pending');
    expect((await view()).state).toBe('OPEN');
    await settlePendingPayments(subject, { organisationId: fixture.organisationId, olderThanMs: 0 });
    expect((await view()).state).toBe('PAID');
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(36_500n);
  });

  it('settles once when the process is killed between charge and settling, whoever sweeps', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'lib/billing/testing/pay-and-die.ts', open.invoiceId, fixture.organisationId, fixture.userId], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(await view()).toMatchObject({ state: 'OPEN', payments: [{ state: 'PENDING' }] });
    expect(await chargesOf()).toMatchObject([{ state: 'SUCCEEDED' }]);

    const subject = recordingSubject();
    await Promise.all([1, 2, 3].map(() => settlePendingPayments(subject, { organisationId: fixture.organisationId, olderThanMs: 0 })));
    expect(await view()).toMatchObject({ state: 'PAID', payments: [{ state: 'SUCCEEDED' }] });
    expect(subject.paidInvoices).toEqual([open.invoiceId]);
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(36_500n);
  });

  it('does not take the money half: when the application cannot move, nothing is settled and the sweep tries again', async () => {
    const stubborn = { paid: async () => Promise.reject(new Error('not now')) };
    await expect(payInvoice(inputOf(testCards.succeeds), stubborn)).rejects.toThrow('not now');
    expect(await view()).toMatchObject({ state: 'OPEN', payments: [{ state: 'PENDING' }] });
    expect(await prepaidBalanceMinor(fixture.organisationId)).toBe(0n);

    await settlePendingPayments(recordingSubject(), { organisationId: fixture.organisationId, olderThanMs: 0 });
    expect((await view()).state).toBe('PAID');
  });

  it('stores the last four digits and nothing more of a card', async () => {
    await payInvoice(inputOf(testCards.succeeds), recordingSubject());
    const tables = ['Payment', 'TestCharge', 'AuditEvent', 'Invoice', 'MoneyEntry'];
    for (const table of tables) {
      const rows = await getDb().$queryRawUnsafe<{ text: string }[]>(`SELECT to_jsonb(t)::text AS text FROM "${table}" t`);
      for (const { text } of rows) expect(text).not.toContain(testCards.succeeds);
    }
  });
});
