import { createId, getDb } from '@/lib/platform';
import { createInvoice } from '../create-invoice';
import type { InvoiceSubject } from '../invoice-subject';
import { cardSchema, type Card } from '../provider/card';

/** Rows that billing's integration tests start from: own ids each time, so that tests share one database. */
export interface BillingFixture {
  organisationId: string;
  userId: string;
  actor: { kind: 'USER'; userId: string };
}

export async function givenOrganisation(): Promise<BillingFixture> {
  const db = getDb();
  const organisationId = createId('organisation');
  const userId = createId('user');
  await db.user.create({ data: { id: userId, email: `${userId}@example.test`, name: 'Ada', passwordHash: '-' } });
  await db.organisation.create({
    data: { id: organisationId, name: 'Harbour Office', memberships: { create: { userId, role: 'OWNER' } } },
  });
  return { organisationId, userId, actor: { kind: 'USER', userId } };
}

/** An application that waits for its payment, with its open invoice. */
export async function givenOpenInvoice(fixture: BillingFixture): Promise<{ invoiceId: string; applicationId: string; number: string }> {
  const { organisationId, userId, actor } = fixture;
  const applicationId = createId('application');
  await getDb().installation.createMany({ data: [{ id: 1, number: 1 }], skipDuplicates: true });
  await getDb().application.create({
    data: { id: applicationId, organisationId, createdById: userId, plan: 'STANDARD', state: 'AWAITING_PAYMENT', name: 'Bills of lading' },
  });
  const invoice = await getDb().$transaction((tx) =>
    createInvoice(tx, { organisationId, applicationId, plan: 'STANDARD', actor }),
  );
  return { invoiceId: invoice.id, applicationId, number: invoice.number };
}

export function cardOf(number: string): Card {
  return cardSchema.parse({ number, expiryMonth: 12, expiryYear: 2099, cvc: '123' });
}

/** Moves the application as the room above does, and can tell how often. */
export function recordingSubject(): InvoiceSubject & { paidInvoices: string[] } {
  const paidInvoices: string[] = [];
  return {
    paidInvoices,
    async paid(tx, { invoiceId, applicationId }) {
      const { count } = await tx.application.updateMany({
        where: { id: applicationId, state: 'AWAITING_PAYMENT' },
        data: { state: 'SUBMITTED' },
      });
      if (count !== 1) throw new Error(`application ${applicationId} did not wait for its payment`);
      paidInvoices.push(invoiceId);
    },
  };
}

/** Balances of an organisation's prepaid account and its share of clearing, from the journal's lines. */
export async function prepaidBalanceMinor(organisationId: string): Promise<bigint> {
  const { _sum } = await getDb().moneyLine.aggregate({
    where: { account: { code: `prepaid:${organisationId}` } },
    _sum: { amountMinor: true },
  });
  // Credits are negative in the journal; what we owe the organisation reads as a positive number.
  return -(_sum.amountMinor ?? 0n);
}
