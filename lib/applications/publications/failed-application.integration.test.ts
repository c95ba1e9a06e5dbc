import { testCards } from '@/lib/billing';
import { getOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { createTestSubChain } from '@/lib/sub-chains';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDraft } from '../drafts/create-draft';
import { getApplication, listApplications } from '../queries';
import {
  auditOf,
  cardOf,
  givenAdmin,
  givenCaller,
  givenCityNodes,
  givenColleague,
  givenFailed,
  givenSubmitted,
  prepaidMinor,
  stateOf,
} from '../testing/application-fixture';
import { cancelApplication } from './cancel-application';
import { deleteApplication } from './delete-application';
import { payApplication } from './pay-application';
import { refundApplication } from './refund-application';
import { resumeApplication } from './resume-application';
import { settleApplicationPayments } from './settle-application-payments';

let caller: Awaited<ReturnType<typeof givenCaller>>;
let admin: Awaited<ReturnType<typeof givenAdmin>>;

beforeAll(givenCityNodes);
beforeEach(async () => {
  [caller, admin] = await Promise.all([givenCaller(), givenAdmin()]);
});

const name = 'Bills of lading';
const pay = (applicationId: string) => payApplication(caller, { applicationId, card: cardOf(testCards.succeeds) });
const invoiceStates = async (applicationId: string) =>
  (await getDb().invoice.findMany({ where: { applicationId }, orderBy: { createdAt: 'asc' } })).map((invoice) => invoice.state);

describe('an application whose provisioning failed', () => {
  it('says why and gets its money back without anybody asking', async () => {
    const { applicationId } = await givenFailed(caller, admin);
    expect((await getApplication(caller, applicationId)).application).toMatchObject({ state: 'FAILED', stateReason: expect.stringContaining('Paris') });
    const { organisationId } = caller;
    await settleApplicationPayments({ organisationId });
    expect(await stateOf(applicationId)).toEqual({ application: 'FAILED', invoice: 'REFUNDED' });
    expect(await prepaidMinor(organisationId)).toBe(0n);
  });
});

describe('refundApplication', () => {
  it('brings an owed refund forward, once however often it is asked for', async () => {
    const { applicationId } = await givenFailed(caller, admin);
    const answers = await Promise.all([1, 2, 3].map(() => refundApplication(caller, applicationId)));
    expect(answers.every((invoice) => invoice.state === 'REFUNDED')).toBe(true);
    expect(await refundApplication(caller, applicationId)).toMatchObject({ state: 'REFUNDED' });
    expect(await prepaidMinor(caller.organisationId)).toBe(0n);
  });

  it('gives nothing back while the application goes its way', async () => {
    const { applicationId } = await givenSubmitted(caller);
    await expect(refundApplication(caller, applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'SUBMITTED' } });
    const { id } = await createDraft(caller);
    await expect(refundApplication(caller, id)).rejects.toMatchObject({ code: 'CONFLICT', details: { subject: 'invoice' } });
    expect(await prepaidMinor(caller.organisationId)).toBe(36_500n);
  });

  it('is for those who handle money, in the own organisation', async () => {
    const { applicationId } = await givenFailed(caller, admin);
    await expect(refundApplication(await givenCaller(), applicationId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(refundApplication(await givenColleague(caller.organisationId, 'VIEWER'), applicationId)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('resumeApplication', () => {
  it('goes on with the failed operation once a new invoice is paid, without a second approval', async () => {
    const { applicationId, operationId } = await givenFailed(caller, admin);
    await refundApplication(caller, applicationId);
    const { invoiceId, operationId: none } = await resumeApplication(caller, applicationId);
    expect(none).toBeUndefined();
    expect(await stateOf(applicationId)).toMatchObject({ application: 'FAILED' });
    expect((await getApplication(caller, applicationId)).invoice).toMatchObject({ id: invoiceId, state: 'OPEN' });

    const { application } = await pay(applicationId);
    expect(application).toMatchObject({ state: 'PROVISIONING', stateReason: null });
    expect(await getOperation(operationId, {})).toMatchObject({ state: 'PENDING', error: null });
    expect(await invoiceStates(applicationId)).toEqual(['REFUNDED', 'PAID']);
    expect(await prepaidMinor(caller.organisationId)).toBe(36_500n);
    expect((await auditOf(applicationId)).slice(-2)).toEqual(['application.pay', 'application.resume']);
  });

  it('makes one invoice of a double click', async () => {
    const { applicationId } = await givenFailed(caller, admin);
    const answers = await Promise.all([1, 2, 3].map(() => resumeApplication(caller, applicationId)));
    expect(new Set(answers.map((answer) => answer.invoiceId)).size).toBe(1);
    expect((await invoiceStates(applicationId)).filter((state) => state === 'OPEN')).toHaveLength(1);
  });

  it('goes on at once with a test sub-chain, which costs nothing', async () => {
    const { applicationId, operationId } = await createTestSubChain(caller, {});
    await getDb().operation.update({ where: { id: operationId }, data: { state: 'FAILED', finishedAt: new Date() } });
    await getDb().application.update({ where: { id: applicationId }, data: { state: 'FAILED' } });
    expect(await resumeApplication(caller, applicationId)).toEqual({ operationId, invoiceId: undefined });
    await expect(resumeApplication(caller, applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'PROVISIONING' } });
  });

  it('is refused unless it failed', async () => {
    const { applicationId } = await givenSubmitted(caller);
    await expect(resumeApplication(caller, applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'SUBMITTED' } });
  });
});

describe('deleteApplication', () => {
  it('wants the name typed by hand before blocks are lost', async () => {
    const { applicationId } = await givenFailed(caller, admin);
    for (const typed of [undefined, '', 'bills of lading', 'Bills']) {
      await expect(deleteApplication(caller, { applicationId, name: typed })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { fields: { name: expect.stringContaining(name) } },
      });
    }
    expect((await stateOf(applicationId)).application).toBe('FAILED');
  });

  it('begins one deletion of many clicks, and leaves neither money nor an open invoice behind', async () => {
    const { applicationId } = await givenFailed(caller, admin);
    await refundApplication(caller, applicationId);
    await resumeApplication(caller, applicationId);
    const results = await Promise.allSettled([1, 2, 3].map(() => deleteApplication(caller, { applicationId, name: ` ${name} ` })));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
    expect(await invoiceStates(applicationId)).toEqual(['REFUNDED', 'VOID']);
    expect(await stateOf(applicationId)).toMatchObject({ application: 'DELETING' });
    expect((await getApplication(caller, applicationId)).operation).toMatchObject({ kind: 'sub-chain.delete', state: 'PENDING' });
    await expect(pay(applicationId)).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'DELETING' } });
  });

  it('removes a draft and a cancelled one at once, without a name, and from the list', async () => {
    const draft = await createDraft(caller);
    const { applicationId } = await givenSubmitted(caller);
    await cancelApplication(caller, applicationId);
    for (const id of [draft.id, applicationId]) {
      expect(await deleteApplication(caller, { applicationId: id })).toEqual({ operationId: undefined });
      expect((await getApplication(caller, id)).application).toMatchObject({ state: 'DELETED', deletedAt: expect.any(String) });
    }
    expect((await listApplications(caller)).applications).toEqual([]);
    expect((await listApplications(caller, { state: 'DELETED' })).total).toBe(2);
  });

  it('refuses what is in between: it has to be cancelled first', async () => {
    const { applicationId } = await givenSubmitted(caller);
    await expect(deleteApplication(caller, { applicationId, name })).rejects.toMatchObject({ code: 'CONFLICT', details: { state: 'SUBMITTED' } });
  });

  it("answers NOT_FOUND for another organisation's, FORBIDDEN to roles that may not", async () => {
    const draft = await createDraft(caller);
    await expect(deleteApplication(await givenCaller(), { applicationId: draft.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(deleteApplication(await givenColleague(caller.organisationId, 'BILLING'), { applicationId: draft.id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
