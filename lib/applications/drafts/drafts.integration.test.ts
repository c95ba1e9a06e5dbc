import { createId, getDb } from '@/lib/platform';
import { beforeAll, describe, expect, it } from 'vitest';
import { getApplication, listApplications } from '../queries';
import { auditOf, givenAdmin, givenCaller, givenCityNodes, givenColleague, givenCompleteDraft, givenUnpaid, tokenPackage } from '../testing/application-fixture';
import { createDraft } from './create-draft';
import { saveDraftStep } from './save-draft-step';

beforeAll(givenCityNodes);

describe('createDraft', () => {
  it('begins an empty draft that says what is missing in each step', async () => {
    const caller = await givenCaller();
    const draft = await createDraft(caller);
    expect(draft).toMatchObject({ state: 'DRAFT', plan: 'STANDARD', name: '', version: 0, cityNodes: [], draft: { step: 'basics' } });
    expect(Object.keys(draft.draft?.missing ?? {})).toEqual(['basics', 'framework', 'contract', 'city-nodes']);
    expect(await auditOf(draft.id)).toEqual(['application.create-draft']);
  });

  it('is refused to roles that may not write, and to accounts without an organisation', async () => {
    for (const role of ['BILLING', 'VIEWER'] as const) {
      await expect(createDraft(await givenCaller({ role }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await expect(createDraft(await givenAdmin())).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('ends at 50 drafts', async () => {
    const caller = await givenCaller();
    const { organisationId } = caller;
    const row = { organisationId, createdById: caller.session.user.id, plan: 'STANDARD', state: 'DRAFT', name: '' } as const;
    await getDb().application.createMany({ data: Array.from({ length: 50 }, () => ({ id: createId('application'), ...row })) });
    await expect(createDraft(caller)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', details: { quota: 'drafts', limit: 50 } });
  });
});

describe('saveDraftStep', () => {
  it('keeps half-typed input of every step over leaving the page, and opens where it was left', async () => {
    const caller = await givenCaller();
    const { id: applicationId } = await createDraft(caller);
    await saveDraftStep(caller, { applicationId, version: 0, step: 'basics', data: { description: 'only this' } });
    await saveDraftStep(caller, { applicationId, version: 1, step: 'framework', data: { framework: 'ethereum' } });
    await saveDraftStep(caller, { applicationId, version: 2, step: 'contract', data: { contractPackage: { kind: 'own', bytecode: '0x60' } } });
    await saveDraftStep(caller, { applicationId, version: 3, step: 'city-nodes', data: { cityNodes: ['PAR', 'SIN'] } });

    const { application } = await getApplication(caller, applicationId);
    expect(application).toMatchObject({
      name: '',
      description: 'only this',
      framework: 'ethereum',
      frameworkVersion: null,
      contractPackage: { kind: 'own', bytecode: '0x60' },
      cityNodes: [{ code: 'PAR', city: 'Paris' }, { code: 'SIN', city: 'Singapore' }],
      version: 4,
      draft: { step: 'city-nodes' },
    });
    expect(Object.keys(application.draft?.missing ?? {})).toEqual(['basics', 'framework', 'contract']);
  });

  it('keeps the chosen finality mode, also one that waits for more city nodes, and takes the choice back on purpose', async () => {
    const caller = await givenCaller();
    const draft = await givenCompleteDraft(caller);
    expect(draft.finality).toBeNull();
    const at = { applicationId: draft.id, step: 'city-nodes' } as const;
    const chosen = await saveDraftStep(caller, { ...at, version: draft.version, data: { finality: 'byzantine' } });
    expect(chosen).toMatchObject({ finality: 'byzantine', cityNodes: [{ code: 'SIN' }, { code: 'PAR' }], draft: { missing: { 'city-nodes': { finality: expect.stringContaining('needs 4 city nodes, 2 are chosen') } } } });
    const more = await saveDraftStep(caller, { ...at, version: draft.version + 1, data: { cityNodes: ['SIN', 'PAR', 'JNB', 'HKG'] } });
    expect(more).toMatchObject({ finality: 'byzantine', draft: { missing: {} } });
    const back = await saveDraftStep(caller, { ...at, version: draft.version + 2, data: { finality: null, cityNodes: ['SIN'] } });
    expect(back).toMatchObject({ finality: null, draft: { missing: {} } });
  });

  it('leaves absent fields as they are and empties a field on purpose', async () => {
    const caller = await givenCaller();
    const draft = await givenCompleteDraft(caller);
    const at = { applicationId: draft.id };
    await saveDraftStep(caller, { ...at, version: draft.version, step: 'basics', data: {} });
    const emptied = await saveDraftStep(caller, { ...at, version: draft.version + 1, step: 'contract', data: { contractPackage: null } });
    expect(emptied).toMatchObject({ name: 'Bills of lading', contractPackage: null, draft: { missing: { contract: expect.any(Object) } } });
    const fewer = await saveDraftStep(caller, { ...at, version: draft.version + 2, step: 'city-nodes', data: { cityNodes: [] } });
    expect(fewer.cityNodes).toEqual([]);
  });

  it('tells the second of two windows that the draft moved on, and keeps what the first one saved', async () => {
    const caller = await givenCaller();
    const { id: applicationId, version } = await createDraft(caller);
    await saveDraftStep(caller, { applicationId, version, step: 'basics', data: { name: 'first' } });
    await expect(saveDraftStep(caller, { applicationId, version, step: 'basics', data: { name: 'second' } })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { subject: 'application', state: 'DRAFT' },
      publicMessage: expect.stringContaining('changed elsewhere'),
    });
    expect((await getApplication(caller, applicationId)).application.name).toBe('first');
  });

  it('gives the same answer to a save whose answer was lost, for each kind of step', async () => {
    const caller = await givenCaller();
    const { id: applicationId } = await createDraft(caller);
    const steps = [
      { step: 'basics', data: { name: 'Bills', description: undefined } },
      { step: 'framework', data: { framework: 'ethereum', frameworkVersion: null } },
      { step: 'contract', data: { contractPackage: { zebra: [1, { b: 2, a: 1 }], kind: 'own', bytecode: '0x60' } } },
      { step: 'contract', data: { contractPackage: null } },
      { step: 'city-nodes', data: { cityNodes: ['PAR', 'SIN'], finality: 'crash' } },
      { step: 'city-nodes', data: { finality: null } },
      { step: 'city-nodes', data: { cityNodes: ['PAR', 'SIN'] } },
      { step: 'review', data: {} },
    ] as const;
    for (const [version, save] of steps.entries()) {
      const input = { ...structuredClone(save), applicationId, version } as Parameters<typeof saveDraftStep>[1];
      const first = await saveDraftStep(caller, input);
      expect(await saveDraftStep(caller, input)).toEqual(first);
      expect(first.version).toBe(version + 1);
    }
    const swapped = { cityNodes: ['SIN', 'PAR'] };
    await expect(saveDraftStep(caller, { applicationId, version: 6, step: 'city-nodes', data: swapped })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('lets one of many saves at once win', async () => {
    const caller = await givenCaller();
    const { id: applicationId, version } = await createDraft(caller);
    const saves = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e'].map((name) => saveDraftStep(caller, { applicationId, version, step: 'basics', data: { name } })),
    );
    expect(saves.filter((save) => save.status === 'fulfilled')).toHaveLength(1);
    expect((await getApplication(caller, applicationId)).application.version).toBe(version + 1);
  });

  it('names a city node that does not exist, and saves nothing', async () => {
    const caller = await givenCaller();
    const { id: applicationId, version } = await createDraft(caller);
    await expect(saveDraftStep(caller, { applicationId, version, step: 'city-nodes', data: { cityNodes: ['SIN', 'QQQ'] } })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { fields: { 'data.cityNodes.1': 'There is no city node QQQ.' } },
    });
    expect((await getApplication(caller, applicationId)).application.version).toBe(version);
  });

  it('changes nothing any more once the draft was submitted', async () => {
    const caller = await givenCaller();
    const { applicationId } = await givenUnpaid(caller);
    const { version } = (await getApplication(caller, applicationId)).application;
    await expect(saveDraftStep(caller, { applicationId, version, step: 'basics', data: { name: 'late' } })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { state: 'AWAITING_PAYMENT' },
    });
  });

  it("answers NOT_FOUND for another organisation's draft and FORBIDDEN to a viewer of the own", async () => {
    const caller = await givenCaller();
    const { id: applicationId, version } = await createDraft(caller);
    const save = { applicationId, version, step: 'basics', data: { name: 'mine now' } } as const;
    await expect(saveDraftStep(await givenCaller(), save)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(saveDraftStep(await givenColleague(caller.organisationId, 'VIEWER'), save)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await getApplication(caller, applicationId)).application.name).toBe('');
  });
});

describe('listApplications', () => {
  it('shows the own ones alone, searched by name, filtered by state, without their contracts', async () => {
    const [mine, theirs] = await Promise.all([givenCaller(), givenCaller()]);
    const draft = await givenCompleteDraft(mine);
    const { applicationId: unpaid } = await givenUnpaid(mine);
    await givenCompleteDraft(theirs);

    const all = await listApplications(mine);
    expect(all).toMatchObject({ total: 2, page: 1, pageSize: 25 });
    expect(all.applications.map((application) => application.id)).toEqual([unpaid, draft.id]);
    expect(JSON.stringify(all)).not.toContain(tokenPackage.parameters.name);
    expect((await listApplications(mine, { search: 'LADING', state: 'DRAFT' })).applications.map((one) => one.id)).toEqual([draft.id]);
    expect((await listApplications(mine, { search: draft.id })).total).toBe(1);
    expect((await listApplications(mine, { search: '%' })).total).toBe(0);
  });

  it('pages through many without a gap or a repetition', async () => {
    const caller = await givenCaller();
    const row = { organisationId: caller.organisationId, createdById: caller.session.user.id, plan: 'STANDARD', state: 'DRAFT', name: 'n' } as const;
    await getDb().application.createMany({ data: Array.from({ length: 30 }, () => ({ id: createId('application'), ...row })) });
    const pages = await Promise.all([1, 2, 3].map((page) => listApplications(caller, { page })));
    expect(pages.map((page) => page.applications.length)).toEqual([25, 5, 0]);
    expect(new Set(pages.flatMap((page) => page.applications.map((one) => one.id))).size).toBe(30);
  });
});
