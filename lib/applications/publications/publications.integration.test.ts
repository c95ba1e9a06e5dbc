import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findApplicationInvoice, testCards } from '@/lib/billing';
import { getDb } from '@/lib/platform';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDraft } from '../drafts/create-draft';
import { saveDraftStep } from '../drafts/save-draft-step';
import { getApplication } from '../queries';
import {
  auditOf,
  cardOf,
  givenAdmin,
  givenCaller,
  givenCityNodes,
  givenColleague,
  givenCompleteDraft,
  givenSubmitted,
  givenUnpaid,
  prepaidMinor,
  stateOf,
} from '../testing/application-fixture';
import { approveApplication } from './approve-application';
import { cancelApplication } from './cancel-application';
import { deleteApplication } from './delete-application';
import { getPublication, listPublications } from './list-publications';
import { payApplication } from './pay-application';
import { rejectApplication } from './reject-application';
import { settleApplicationPayments } from './settle-application-payments';
import { submitApplication } from './submit-application';

type Publisher = Awaited<ReturnType<typeof givenCaller>>;
let caller: Publisher;
let admin: Awaited<ReturnType<typeof givenAdmin>>;

beforeAll(givenCityNodes);
beforeEach(async () => {
  [caller, admin] = await Promise.all([givenCaller(), givenAdmin()]);
});

const pay = (applicationId: string, number: string = testCards.succeeds, who: Publisher | Awaited<ReturnType<typeof givenAdmin>> = caller) =>
  payApplication(who, { applicationId, card: cardOf(number) });
const reason = 'The contract has no owner, please name one.';
const operationsOf = (applicationId: string) => getDb().operation.count({ where: { applicationId } });
const countOf = (results: PromiseSettledResult<unknown>[], status: string) => results.filter((result) => result.status === status).length;

describe('a draft that was thrown away', () => {
  it('leaves nothing of its contract behind, and stays nobody’s business but its organisation’s', async () => {
    const draft = await givenCompleteDraft(caller);
    await deleteApplication(caller, { applicationId: draft.id });
    expect((await getApplication(caller, draft.id)).application).toMatchObject({ state: 'DELETED', name: draft.name, contractPackage: null });
    await expect(getPublication(admin, draft.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await listPublications(admin, { state: 'DELETED', search: draft.id })).total).toBe(0);
  });

  it('is not what a cancelled publication is: that one was asked for, and the admin may look it up', async () => {
    const { applicationId } = await givenUnpaid(caller);
    await cancelApplication(caller, applicationId);
    await deleteApplication(caller, { applicationId });
    expect(await getPublication(admin, applicationId)).toMatchObject({ application: { state: 'DELETED' }, contract: { template: 'erc20' } });
    expect((await listPublications(admin, { state: 'DELETED', search: applicationId })).total).toBe(1);
  });
});

describe('submitApplication', () => {
  it('issues one invoice of the one price and waits for its payment', async () => {
    const draft = await givenCompleteDraft(caller);
    const { application, invoiceId } = await submitApplication(caller, { applicationId: draft.id, version: draft.version });
    expect(application).toMatchObject({ state: 'AWAITING_PAYMENT', draft: null, version: draft.version + 1 });
    expect((await getApplication(caller, draft.id)).invoice).toMatchObject({ id: invoiceId, state: 'OPEN', amountMinor: 36_500, book: 'TEST' });
    expect(await auditOf(draft.id)).toEqual(['application.create-draft', 'application.submit']);
  });

  it('needs a verified address, and loses nothing when there is none', async () => {
    const unverified = await givenCaller({ isVerified: false });
    const draft = await givenCompleteDraft(unverified);
    await expect(submitApplication(unverified, { applicationId: draft.id, version: draft.version })).rejects.toMatchObject({ code: 'EMAIL_NOT_VERIFIED' });
    expect((await getApplication(unverified, draft.id)).application).toEqual(draft);
  });

  it('names everything that is still missing, step by step', async () => {
    const { id: applicationId, version } = await createDraft(caller);
    await expect(submitApplication(caller, { applicationId, version })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: {
        fields: {
          'basics.name': 'Give the application a name.',
          'framework.framework': 'Choose a framework.',
          'framework.frameworkVersion': 'Choose a version.',
          'contract.contractPackage': expect.any(String),
          'city-nodes.cityNodes': 'Choose at least one city node.',
        },
      },
    });
  });

  it('writes down what the finality mode comes to, so that the admin decides on it and nothing changes it afterwards', async () => {
    const draft = await givenCompleteDraft(caller);
    const { application } = await submitApplication(caller, { applicationId: draft.id, version: draft.version });
    expect([draft.finality, application.finality]).toEqual([null, 'solo']);
    expect((await getDb().auditEvent.findFirstOrThrow({ where: { subjectId: draft.id, action: 'application.submit' } })).details).toMatchObject({ finality: 'solo' });
  });

  it('does not weaken a finality mode whose city nodes were removed, and says both ways out', async () => {
    const draft = await givenCompleteDraft(caller);
    const save = { applicationId: draft.id, step: 'city-nodes', version: draft.version, data: { finality: 'crash' } } as const;
    const { version } = await saveDraftStep(caller, save);
    await expect(submitApplication(caller, { applicationId: draft.id, version })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { fields: { 'city-nodes.finality': 'Crash-tolerant needs 3 city nodes, 2 are chosen. Add city nodes or choose another finality mode.' } },
    });
    expect((await getApplication(caller, draft.id)).application).toMatchObject({ state: 'DRAFT', finality: 'crash' });
  });

  it('refuses bytecode that is not hexadecimal and keeps it for correction', async () => {
    const draft = await givenCompleteDraft(caller);
    const broken = { kind: 'own', name: 'Notary', abi: '[{"type":"constructor"}]', bytecode: '0xnothex', constructorArguments: [] };
    const saved = await saveDraftStep(caller, { applicationId: draft.id, version: draft.version, step: 'contract', data: { contractPackage: broken } });
    await expect(submitApplication(caller, { applicationId: draft.id, version: saved.version })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { fields: { 'contract.contractPackage.bytecode': 'The bytecode is not hexadecimal digits.' } },
    });
    expect((await getApplication(caller, draft.id)).application.contractPackage).toEqual(broken);
  });

  it('takes only city nodes that have a running host at that moment', async () => {
    const draft = await givenCompleteDraft(caller);
    const saved = await saveDraftStep(caller, { applicationId: draft.id, version: draft.version, step: 'city-nodes', data: { cityNodes: ['SIN', 'JNB'] } });
    await expect(submitApplication(caller, { applicationId: draft.id, version: saved.version })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { subject: 'city node' },
      publicMessage: expect.stringContaining('Johannesburg'),
    });
    expect(await stateOf(draft.id)).toEqual({ application: 'DRAFT', invoice: undefined });
  });

  it('is told when the draft was changed in another window after the review', async () => {
    const draft = await givenCompleteDraft(caller);
    await saveDraftStep(caller, { applicationId: draft.id, version: draft.version, step: 'basics', data: { name: 'Other name' } });
    await expect(submitApplication(caller, { applicationId: draft.id, version: draft.version })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('makes one invoice, and no gap in the numbers, of a double click', async () => {
    const draft = await givenCompleteDraft(caller);
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => submitApplication(caller, { applicationId: draft.id, version: draft.version })));
    expect(countOf(results, 'fulfilled')).toBe(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
    expect(await getDb().invoice.count({ where: { applicationId: draft.id } })).toBe(1);
    const { nextInvoice } = await getDb().installation.findUniqueOrThrow({ where: { id: 1 } });
    expect(await getDb().invoice.count()).toBe(nextInvoice - 1);
  });

  it("answers NOT_FOUND for another organisation's draft, FORBIDDEN to a colleague who only pays", async () => {
    const draft = await givenCompleteDraft(caller);
    const input = { applicationId: draft.id, version: draft.version };
    await expect(submitApplication(await givenCaller(), input)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(submitApplication(await givenColleague(caller.organisationId, 'BILLING'), input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('payApplication', () => {
  it('moves the application into the queue together with the money', async () => {
    const { applicationId } = await givenUnpaid(caller);
    const { application, payment } = await pay(applicationId);
    expect(payment).toBe('paid');
    expect(application).toMatchObject({ state: 'SUBMITTED', submittedAt: expect.any(String) });
    expect(await prepaidMinor(caller.organisationId)).toBe(36_500n);
    expect(await auditOf(applicationId)).toEqual(['application.create-draft', 'application.submit', 'application.pay']);
  });

  it('leaves a declined application waiting, with the reason, for another card', async () => {
    const { applicationId } = await givenUnpaid(caller);
    await expect(pay(applicationId, testCards.declined)).rejects.toMatchObject({ code: 'PAYMENT_DECLINED', details: { declineCode: 'card_declined' } });
    expect(await stateOf(applicationId)).toEqual({ application: 'AWAITING_PAYMENT', invoice: 'OPEN' });
    expect((await pay(applicationId)).application.state).toBe('SUBMITTED');
  });

  it('takes the money once of many clicks at once and says so to the others', async () => {
    const { applicationId } = await givenUnpaid(caller);
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => pay(applicationId)));
    expect(countOf(results, 'fulfilled')).toBe(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
    expect(await prepaidMinor(caller.organisationId)).toBe(36_500n);
  });

  it('refuses a repeated payment', async () => {
    const { applicationId } = await givenSubmitted(caller);
    await expect(pay(applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { subject: 'application', state: 'SUBMITTED' } });
    expect(await prepaidMinor(caller.organisationId)).toBe(36_500n);
  });

  it('moves the application on by itself when the answer comes late', async () => {
    const { applicationId } = await givenUnpaid(caller);
    expect((await pay(applicationId, testCards.requestLost)).payment).toBe('pending');
    await expect(pay(applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { subject: 'payment' } });
    const { organisationId } = caller;
    await settleApplicationPayments({ organisationId, olderThanMs: 0 });
    expect((await pay(applicationId)).application.state).toBe('SUBMITTED');
  });

  it('heals a process that was killed between charge and settling: paid once, in the queue', async () => {
    const { applicationId } = await givenUnpaid(caller);
    const child = spawn(process.execPath, ['--import', 'tsx', 'lib/applications/testing/pay-and-die.ts', caller.session.id, applicationId], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(await stateOf(applicationId)).toEqual({ application: 'AWAITING_PAYMENT', invoice: 'OPEN' });

    const { organisationId } = caller;
    await Promise.all([1, 2].map(() => settleApplicationPayments({ organisationId, olderThanMs: 0 })));
    expect(await stateOf(applicationId)).toEqual({ application: 'SUBMITTED', invoice: 'PAID' });
    expect(await prepaidMinor(organisationId)).toBe(36_500n);
    expect((await auditOf(applicationId)).filter((action) => action === 'application.pay')).toHaveLength(1);
  });

  it('lets a colleague of the billing role pay what a developer submitted, and no stranger', async () => {
    const { applicationId } = await givenUnpaid(caller);
    await expect(pay(applicationId, testCards.succeeds, await givenCaller())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pay(applicationId, testCards.succeeds, await givenColleague(caller.organisationId, 'DEVELOPER'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await pay(applicationId, testCards.succeeds, await givenColleague(caller.organisationId, 'BILLING'))).payment).toBe('paid');
  });
});

describe('approveApplication', () => {
  it('begins one provisioning, beside the decision and its audit row', async () => {
    const { applicationId } = await givenSubmitted(caller);
    const { operationId } = await approveApplication(admin, applicationId);
    const { application, operation } = await getApplication(caller, applicationId);
    expect(application).toMatchObject({ state: 'PROVISIONING', decidedAt: expect.any(String) });
    expect(operation).toMatchObject({ id: operationId, kind: 'sub-chain.provision', state: 'PENDING' });
    expect(await auditOf(applicationId)).toContain('application.approve');
  });

  it('is done once when two admins, or two windows, approve at the same time', async () => {
    const { applicationId } = await givenSubmitted(caller);
    const other = await givenAdmin();
    const results = await Promise.allSettled([admin, other, admin, other].map((who) => approveApplication(who, applicationId)));
    expect(countOf(results, 'fulfilled')).toBe(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT', details: { subject: 'application' } });
    expect(await operationsOf(applicationId)).toBe(1);
    expect((await auditOf(applicationId)).filter((action) => action === 'application.approve')).toHaveLength(1);
  });

  it('is for the portal admin, and for what was paid', async () => {
    const { applicationId } = await givenSubmitted(caller);
    await expect(approveApplication(caller, applicationId)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { applicationId: unpaid } = await givenUnpaid(caller);
    await expect(approveApplication(admin, unpaid)).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'AWAITING_PAYMENT' } });
    await expect(approveApplication(admin, 'app_00000000000000000000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await operationsOf(unpaid)).toBe(0);
  });
});

describe('rejectApplication', () => {
  it('tells the publisher why and gives the money back', async () => {
    const { applicationId } = await givenSubmitted(caller);
    const rejected = await rejectApplication(admin, { applicationId, reason });
    expect(rejected).toMatchObject({ state: 'REJECTED', stateReason: reason, decidedAt: expect.any(String) });
    expect(await stateOf(applicationId)).toEqual({ application: 'REJECTED', invoice: 'REFUNDED' });
    expect(await prepaidMinor(caller.organisationId)).toBe(0n);
  });

  it('decides once between approval and rejection at the same time, and refunds only a rejection', async () => {
    for (let round = 0; round < 4; round++) {
      const { applicationId } = await givenSubmitted(caller);
      const results = await Promise.allSettled([approveApplication(admin, applicationId), rejectApplication(admin, { applicationId, reason })]);
      expect(countOf(results, 'fulfilled')).toBe(1);
      const { application, invoice } = await stateOf(applicationId);
      expect([`PROVISIONING PAID`, `REJECTED REFUNDED`]).toContain(`${application} ${invoice}`);
      expect(await operationsOf(applicationId)).toBe(application === 'PROVISIONING' ? 1 : 0);
    }
  });

  it('refunds exactly once when two admins reject at the same time', async () => {
    const { applicationId } = await givenSubmitted(caller);
    const results = await Promise.allSettled([1, 2, 3].map(() => rejectApplication(admin, { applicationId, reason })));
    expect(countOf(results, 'fulfilled')).toBe(1);
    expect(await prepaidMinor(caller.organisationId)).toBe(0n);
    expect(await getDb().moneyEntry.count({ where: { reference: { startsWith: 'refund:' }, lines: { some: { account: { code: `prepaid:${caller.organisationId}` } } } } })).toBe(1);
  });

  it('is for the portal admin alone', async () => {
    const { applicationId } = await givenSubmitted(caller);
    await expect(rejectApplication(caller, { applicationId, reason })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('cancelApplication', () => {
  it('voids an unpaid invoice, which nobody can pay afterwards', async () => {
    const { applicationId } = await givenUnpaid(caller);
    expect(await cancelApplication(caller, applicationId)).toMatchObject({ state: 'CANCELLED' });
    expect(await stateOf(applicationId)).toEqual({ application: 'CANCELLED', invoice: 'VOID' });
    await expect(pay(applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'CANCELLED' } });
  });

  it('gives the money of a paid one back', async () => {
    const { applicationId } = await givenSubmitted(caller);
    await cancelApplication(caller, applicationId);
    expect(await stateOf(applicationId)).toEqual({ application: 'CANCELLED', invoice: 'REFUNDED' });
    expect(await prepaidMinor(caller.organisationId)).toBe(0n);
  });

  it('wins or loses against an approval at the same time, never both', async () => {
    for (let round = 0; round < 4; round++) {
      const { applicationId } = await givenSubmitted(caller);
      const results = await Promise.allSettled([cancelApplication(caller, applicationId), approveApplication(admin, applicationId)]);
      expect(countOf(results, 'fulfilled')).toBe(1);
      const { application, invoice } = await stateOf(applicationId);
      expect(['PROVISIONING PAID', 'CANCELLED REFUNDED']).toContain(`${application} ${invoice}`);
    }
  });

  it('wins or loses against the payment at the same time, and no money is left behind', async () => {
    for (let round = 0; round < 4; round++) {
      const publisher = await givenCaller();
      const { applicationId } = await givenUnpaid(publisher);
      const results = await Promise.allSettled([cancelApplication(publisher, applicationId), pay(applicationId, testCards.succeeds, publisher)]);
      expect(countOf(results, 'fulfilled')).toBeGreaterThanOrEqual(1);
      const { application, invoice } = await stateOf(applicationId);
      expect(['SUBMITTED PAID', 'CANCELLED VOID', 'CANCELLED REFUNDED']).toContain(`${application} ${invoice}`);
      expect(await prepaidMinor(publisher.organisationId)).toBe(application === 'SUBMITTED' ? 36_500n : 0n);
    }
  });

  it('comes too late after the approval and after the rejection', async () => {
    const approved = await givenSubmitted(caller);
    await approveApplication(admin, approved.applicationId);
    await expect(cancelApplication(caller, approved.applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'PROVISIONING' } });
    const rejected = await givenSubmitted(caller);
    await rejectApplication(admin, { applicationId: rejected.applicationId, reason });
    await expect(cancelApplication(caller, rejected.applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'REJECTED' } });
  });

  it('refuses while a payment is under way', async () => {
    const { applicationId } = await givenUnpaid(caller);
    await pay(applicationId, testCards.requestLost);
    await expect(cancelApplication(caller, applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { subject: 'invoice', state: 'PENDING' } });
  });

  it("answers NOT_FOUND for another organisation's", async () => {
    const { applicationId } = await givenSubmitted(caller);
    await expect(cancelApplication(await givenCaller(), applicationId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await stateOf(applicationId)).application).toBe('SUBMITTED');
  });
});

describe('listPublications', () => {
  it('shows the queue oldest first, with what is asked for and who asks, and each tenant to the admin', async () => {
    const first = await givenSubmitted(caller);
    const other = await givenCaller();
    const second = await givenSubmitted(other);
    const ids = async (filter: Parameters<typeof listPublications>[1]) =>
      (await listPublications(admin, filter)).publications.map((publication) => publication.application.id);

    const organisation = (await getApplication(caller, first.applicationId)).application.organisation.name;
    expect(await ids({ search: organisation })).toEqual([first.applicationId]);
    const queue = await ids({});
    expect(queue.indexOf(first.applicationId)).toBeLessThan(queue.indexOf(second.applicationId));
    expect(await getPublication(admin, first.applicationId)).toMatchObject({
      application: { name: 'Bills of lading', framework: 'ethereum', contractPackage: { template: 'erc20' }, cityNodes: [{ code: 'SIN' }, { code: 'PAR' }] },
      requestedBy: { name: 'Ada' },
      invoice: { id: first.invoiceId, state: 'PAID', amountMinor: 36_500, book: 'TEST' },
      contract: { kind: 'template', template: 'erc20' },
      operation: null,
    });
    expect(JSON.stringify((await listPublications(admin, { search: organisation })).publications)).not.toContain('contractPackage');

    await approveApplication(admin, first.applicationId);
    expect(await ids({ search: organisation })).toEqual([]);
    expect(await ids({ search: organisation, state: 'PROVISIONING' })).toEqual([first.applicationId]);
  });

  it('shows no draft, and nothing to anybody but the portal admin', async () => {
    const draft = await givenCompleteDraft(caller);
    await expect(getPublication(admin, draft.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(listPublications(caller)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(getPublication(caller, draft.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('findApplicationInvoice', () => {
  it('is hidden from roles that have nothing to do with money', async () => {
    const { applicationId } = await givenSubmitted(caller);
    const developer = await givenColleague(caller.organisationId, 'DEVELOPER');
    expect((await getApplication(developer, applicationId)).invoice).toBeNull();
    expect(await findApplicationInvoice({ applicationId, organisationId: caller.organisationId })).toMatchObject({ state: 'PAID' });
  });
});
