import type { Caller } from '@/lib/access-keys';
import { cardSchema, testCards, type Card } from '@/lib/billing';
import { seedCatalogue } from '@/lib/city-nodes';
import { findSession, type OrganisationRole } from '@/lib/identity';
import { createOperationRegistry, LeaseKeeper, runOperation } from '@/lib/operations';
import { createId, getDb } from '@/lib/platform';
import { provisionOperation } from '@/lib/sub-chains';
import { createDraft } from '../drafts/create-draft';
import { saveDraftStep } from '../drafts/save-draft-step';
import type { ApplicationView } from '../client';
import { approveApplication } from '../publications/approve-application';
import { payApplication } from '../publications/pay-application';
import { submitApplication } from '../publications/submit-application';

/** Rows that tests of this room start from, made by the product's own verbs wherever there is one. */

/** Somebody signed in, with an organisation of their own. */
export async function givenCaller(options: { role?: OrganisationRole; isVerified?: boolean } = {}): Promise<Caller & { organisationId: string }> {
  const { role = 'OWNER', isVerified = true } = options;
  const organisationId = createId('organisation');
  await getDb().organisation.create({ data: { id: organisationId, name: `Harbour Office ${organisationId.slice(-6)}` } });
  const userId = await givenUser({ emailVerifiedAt: isVerified ? new Date() : null });
  await getDb().membership.create({ data: { organisationId, userId, role } });
  return { ...(await signIn(userId)), organisationId };
}

/** A second person of the same organisation. */
export async function givenColleague(organisationId: string, role: OrganisationRole): Promise<Caller> {
  const userId = await givenUser({ emailVerifiedAt: new Date() });
  await getDb().membership.create({ data: { organisationId, userId, role } });
  return signIn(userId);
}

export async function givenAdmin(): Promise<Caller> {
  return signIn(await givenUser({ emailVerifiedAt: new Date(), portalRole: 'ADMIN' }));
}

async function givenUser(data: { emailVerifiedAt: Date | null; portalRole?: 'ADMIN' }): Promise<string> {
  const id = createId('user');
  await getDb().user.create({ data: { id, email: `${id}@example.test`, name: 'Ada', passwordHash: '-', ...data } });
  return id;
}

async function signIn(userId: string): Promise<Caller> {
  const id = createId('session');
  const expiresAt = new Date(Date.now() + 60 * 60_000);
  await getDb().session.create({ data: { id, userId, userAgent: 'test', ipAddress: '127.0.0.1', expiresAt } });
  const session = await findSession(id);
  if (!session) throw new Error('a session that was just made is live');
  return { session, requestId: createId('request') };
}

/**
 * The catalogue, and a host that was seen just now and carries Singapore and Paris; nobody listens at its address.
 * Gives what takes the host away again, so that other tests of the same database place nothing on it.
 */
export async function givenCityNodes(): Promise<() => Promise<void>> {
  const db = getDb();
  await db.installation.createMany({ data: [{ id: 1, number: 1 }], skipDuplicates: true });
  await seedCatalogue();
  await db.cityNode.updateMany({ where: { code: { in: ['SIN', 'PAR'] } }, data: { state: 'OPEN' } });
  const cityNodes = await db.cityNode.findMany({ where: { code: { in: ['SIN', 'PAR'] } }, select: { id: true } });
  const host = await db.host.create({
    data: {
      id: createId('host'),
      name: `host ${createId('host')}`,
      controlUrl: 'http://127.0.0.1:9',
      gatewayUrl: 'http://127.0.0.1:9',
      secretCiphertext: new Uint8Array(1),
      lastSeenAt: new Date(Date.now() + 60 * 60_000),
    },
  });
  await db.cityNodeHost.createMany({ data: cityNodes.map((cityNode) => ({ cityNodeId: cityNode.id, hostId: host.id })) });
  return async () => {
    await db.cityNodeHost.deleteMany({ where: { hostId: host.id } });
    await db.host.update({ where: { id: host.id }, data: { lastSeenAt: null } });
  };
}

export const tokenPackage = {
  kind: 'template',
  template: 'erc20',
  parameters: { name: 'Harbour token', symbol: 'HBR', initialSupply: '1000000', owner: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' },
};

/** A draft with every step filled in. */
export async function givenCompleteDraft(caller: Caller): Promise<ApplicationView> {
  let draft = await createDraft(caller);
  const save = async (step: Parameters<typeof saveDraftStep>[1]) => {
    draft = await saveDraftStep(caller, step);
  };
  const at = () => ({ applicationId: draft.id, version: draft.version });
  await save({ ...at(), step: 'basics', data: { name: 'Bills of lading', description: 'Papers of the harbour.' } });
  await save({ ...at(), step: 'framework', data: { framework: 'ethereum', frameworkVersion: 'prague' } });
  await save({ ...at(), step: 'contract', data: { contractPackage: tokenPackage } });
  await save({ ...at(), step: 'city-nodes', data: { cityNodes: ['SIN', 'PAR'] } });
  return draft;
}

/** Complete and submitted: waits for its payment. */
export async function givenUnpaid(caller: Caller): Promise<{ applicationId: string; invoiceId: string }> {
  const draft = await givenCompleteDraft(caller);
  const { invoiceId } = await submitApplication(caller, { applicationId: draft.id, version: draft.version });
  return { applicationId: draft.id, invoiceId };
}

/** Paid: waits for approval. */
export async function givenSubmitted(caller: Caller): Promise<{ applicationId: string; invoiceId: string }> {
  const unpaid = await givenUnpaid(caller);
  await payApplication(caller, { applicationId: unpaid.applicationId, card: cardOf(testCards.succeeds) });
  return unpaid;
}

/** Approved, and its provisioning ended FAILED, as a worker leaves it: a host that takes no calls any more. */
export async function givenFailed(caller: Caller, admin: Caller): Promise<{ applicationId: string; invoiceId: string; operationId: string }> {
  const submitted = await givenSubmitted(caller);
  const { operationId } = await approveApplication(admin, submitted.applicationId);
  const closed = { code: 'PAR' };
  await getDb().cityNode.update({ where: closed, data: { state: 'CLOSED' } });
  try {
    const worker = { registry: createOperationRegistry([provisionOperation]), keeper: new LeaseKeeper(), shutdown: new AbortController().signal };
    await runOperation(operationId, worker);
  } finally {
    await getDb().cityNode.update({ where: closed, data: { state: 'OPEN' } });
  }
  return { ...submitted, operationId };
}

export function cardOf(number: string): Card {
  return cardSchema.parse({ number, expiryMonth: 12, expiryYear: 2099, cvc: '123' });
}

export async function stateOf(applicationId: string): Promise<{ application: string; invoice: string | undefined }> {
  const { state, invoices } = await getDb().application.findUniqueOrThrow({
    where: { id: applicationId },
    select: { state: true, invoices: { select: { state: true } } },
  });
  return { application: state, invoice: invoices[0]?.state };
}

/** Money that is owed to the organisation, in minor units. */
export async function prepaidMinor(organisationId: string): Promise<bigint> {
  const where = { account: { code: `prepaid:${organisationId}` } };
  const { _sum } = await getDb().moneyLine.aggregate({ where, _sum: { amountMinor: true } });
  return -(_sum.amountMinor ?? 0n);
}

/** Actions of the audit rows about this subject, oldest first. */
export async function auditOf(subjectId: string): Promise<string[]> {
  const events = await getDb().auditEvent.findMany({ where: { subjectId }, orderBy: { id: 'asc' }, select: { action: true } });
  return events.map((event) => event.action);
}
