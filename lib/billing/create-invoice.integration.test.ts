import { getDb } from '@/lib/platform';
import { expect, it } from 'vitest';
import { createInvoice } from './create-invoice';
import { findApplicationInvoice, getInvoice, listInvoices } from './queries';
import { givenOpenInvoice, givenOrganisation } from './testing/billing-fixture';

const countOf = (number: string) => Number(number.split('-').at(-1));

it('gives consecutive numbers without gaps to invoices that are made at once, also when one is rolled back', async () => {
  const fixture = await givenOrganisation();
  const made = await Promise.all(Array.from({ length: 8 }, () => givenOpenInvoice(fixture)));
  const counts = made.map((invoice) => countOf(invoice.number));
  expect(new Set(counts).size).toBe(8);

  const before = (await getDb().installation.findUniqueOrThrow({ where: { id: 1 } })).nextInvoice;
  const { applicationId } = await givenOpenInvoice(fixture);
  const rolledBack = getDb().$transaction(async (tx) => {
    await tx.invoice.updateMany({ where: { applicationId }, data: { state: 'VOID' } });
    await createInvoice(tx, { ...fixture, applicationId, plan: 'STANDARD' });
    throw new Error('changed my mind');
  });
  await expect(rolledBack).rejects.toThrow('changed my mind');
  const numbers = await getDb().invoice.findMany({ select: { number: true } });
  const issued = new Set(numbers.map((invoice) => countOf(invoice.number)));
  const after = (await getDb().installation.findUniqueOrThrow({ where: { id: 1 } })).nextInvoice;
  expect(after).toBeGreaterThan(before);
  for (let count = 1; count < before; count++) expect(issued.has(count), `number ${count} was issued`).toBe(true);
});

it('prints the price book as it was on the day, in the test book', async () => {
  const fixture = await givenOrganisation();
  const { invoiceId, applicationId, number } = await givenOpenInvoice(fixture);
  const view = await getInvoice({ invoiceId, organisationId: fixture.organisationId });
  expect(view).toMatchObject({
    number,
    book: 'TEST',
    state: 'OPEN',
    organisation: { id: fixture.organisationId, name: 'Harbour Office' },
    application: { id: applicationId, name: 'Bills of lading' },
    lines: [{ description: 'Standard plan, one year', quantity: 1, amountMinor: 36_500 }],
    amountMinor: 36_500,
    currency: 'USD',
    paidAt: null,
    payments: [],
  });
  expect(number).toMatch(/^TEST-\d{4}-\d{6}$/);
});

it('keeps one open invoice for an application, also past the verb', async () => {
  const fixture = await givenOrganisation();
  const { applicationId } = await givenOpenInvoice(fixture);
  const second = getDb().$transaction((tx) => createInvoice(tx, { ...fixture, applicationId, plan: 'STANDARD' }));
  await expect(second).rejects.toMatchObject({ code: 'P2002' });
});

it('issues no invoice for the free plan', async () => {
  const fixture = await givenOrganisation();
  const { applicationId } = await givenOpenInvoice(fixture);
  await expect(getDb().$transaction((tx) => createInvoice(tx, { ...fixture, applicationId, plan: 'TEST' }))).rejects.toThrow('is free');
});

it("shows an organisation its own invoices only, newest first, 25 a page", async () => {
  const [mine, theirs] = await Promise.all([givenOrganisation(), givenOrganisation()]);
  const made = [];
  for (let index = 0; index < 27; index++) made.push(await givenOpenInvoice(mine));
  const other = await givenOpenInvoice(theirs);

  const first = await listInvoices({ organisationId: mine.organisationId });
  const second = await listInvoices({ organisationId: mine.organisationId, page: 2 });
  expect(first).toMatchObject({ total: 27, page: 1, pageSize: 25 });
  expect([...first.invoices, ...second.invoices].map((invoice) => invoice.id)).toEqual(made.map((one) => one.invoiceId).toReversed());
  await expect(getInvoice({ invoiceId: other.invoiceId, organisationId: mine.organisationId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await findApplicationInvoice({ applicationId: other.applicationId, organisationId: mine.organisationId })).toBeUndefined();
  expect(await findApplicationInvoice({ applicationId: other.applicationId, organisationId: theirs.organisationId })).toMatchObject({ id: other.invoiceId });
});
