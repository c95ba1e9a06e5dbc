import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { getDb } from '@/lib/platform';
import type { Finality } from '@/lib/control';
import { changeFinality, changeFinalityOperation, findSubChain, beginDelete } from '..';
import { mayChooseFinality } from '../client';
import { givenCaller, givenFakeRunning, openFakeInstallation, runToEnd, type FakeInstallation, type SignedUp } from '../testing';

const cityNodes = ['SIN', 'PAR', 'JNB', 'HKG'];
let installation: FakeInstallation;
let caller: SignedUp;

beforeAll(async () => {
  installation = await openFakeInstallation([['SIN', 'PAR'], ['JNB'], ['HKG']]);
});
beforeEach(async () => {
  caller = await givenCaller();
});
afterAll(() => installation.close());

const given = (finality: Finality, codes: readonly string[] = cityNodes) => givenFakeRunning(caller, { cityNodes: codes, finality });
const run = (operationId: string) => runToEnd(changeFinalityOperation, operationId);
const change = (applicationId: string, finality: Finality, as: SignedUp = caller) => changeFinality(as, { applicationId, finality });
const viewOf = async (applicationId: string) => (await findSubChain(caller, applicationId)) ?? expect.fail('there is a sub-chain');
const auditOf = async (applicationId: string) =>
  (await getDb().auditEvent.findMany({ where: { subjectId: applicationId, action: { startsWith: 'sub-chain.' } }, orderBy: { id: 'asc' } })).map(({ action, details }) => ({ action, details }));

describe('a sub-chain is opened in the mode that was chosen', () => {
  it('with every peer ordering where a quorum decides, and one alone with solo', async () => {
    const orders = async (applicationId: string) => (await viewOf(applicationId)).endpoints.map((endpoint) => [endpoint.cityNode, endpoint.orders]);
    const byzantine = await given('byzantine');
    expect(await viewOf(byzantine.applicationId)).toMatchObject({ finality: 'byzantine', change: null });
    expect(await orders(byzantine.applicationId)).toEqual([['SIN', true], ['PAR', true], ['JNB', true], ['HKG', true]]);
    const solo = await given('solo');
    expect(await orders(solo.applicationId)).toEqual([['SIN', true], ['PAR', false], ['JNB', false], ['HKG', false]]);
  });

  it('and says which of its peers fail together', async () => {
    const { endpoints } = await viewOf((await given('crash')).applicationId);
    const hosts = endpoints.map(({ host }) => host);
    expect(hosts[0]).toBe(hosts[1]);
    expect(new Set(hosts).size).toBe(3);
    expect(new Set(endpoints.map(({ machine }) => machine)).size).toBe(1);
  });
});

describe('changeFinality', () => {
  it('asks every host, waits until every peer has the new rules, and only then says so', async () => {
    const { applicationId, slug } = await given('byzantine');
    const { operationId } = await change(applicationId, 'crash');
    expect(await viewOf(applicationId)).toMatchObject({ finality: 'byzantine', change: { operationId, finality: 'crash', state: 'PENDING' } });
    expect(await run(operationId)).toMatchObject({ state: 'SUCCEEDED', progress: { done: 4, total: 4 } });
    const approvals = installation.network.approvals(slug);
    for (const code of cityNodes) expect(approvals[code]).toMatchObject({ id: operationId, finality: 'crash', validators: cityNodes.map((name) => ({ name })) });
    expect(await viewOf(applicationId)).toMatchObject({ finality: 'crash', change: null });
    expect(await getDb().application.findUniqueOrThrow({ where: { id: applicationId } })).toMatchObject({ finality: 'crash', state: 'RUNNING' });
    expect(await auditOf(applicationId)).toEqual([
      { action: 'sub-chain.change-finality', details: { operationId, from: 'byzantine', to: 'crash', resumed: false } },
      { action: 'sub-chain.finality-changed', details: { operationId, from: 'byzantine', to: 'crash', height: 1 } },
    ]);
  });

  it('leaves one ordering peer with solo, the first that was chosen, and all of them on the way back', async () => {
    const { applicationId, slug } = await given('byzantine');
    await run((await change(applicationId, 'solo')).operationId);
    expect((await viewOf(applicationId)).endpoints.filter((endpoint) => endpoint.orders).map((endpoint) => endpoint.cityNode)).toEqual(['SIN']);
    expect(installation.network.approvals(slug).PAR?.validators.map(({ name }) => name)).toEqual(['SIN']);
    await run((await change(applicationId, 'byzantine')).operationId);
    expect((await viewOf(applicationId)).endpoints.every((endpoint) => endpoint.orders)).toBe(true);
  });

  it('is refused for the mode in force, for one that needs more peers, and while nothing runs', async () => {
    const { applicationId } = await given('crash', ['SIN', 'PAR', 'JNB']);
    await expect(change(applicationId, 'crash')).rejects.toMatchObject({ code: 'CONFLICT', publicMessage: 'This sub-chain is crash-tolerant already.' });
    await expect(change(applicationId, 'byzantine')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { fields: { finality: 'Byzantine-tolerant needs at least 4 peers; this sub-chain has 3.' } },
    });
    await getDb().$transaction((tx) => beginDelete(tx, { applicationId, cause: 'asked', actor: { kind: 'SYSTEM' } }));
    await expect(change(applicationId, 'solo')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await auditOf(applicationId)).toEqual([]);
  });

  it('lets one of many clicks at once begin it', async () => {
    const { applicationId } = await given('byzantine');
    const clicks = await Promise.allSettled(['crash', 'crash', 'solo', 'crash'].map((mode) => change(applicationId, mode as Finality)));
    expect(clicks.filter((click) => click.status === 'fulfilled')).toHaveLength(1);
    for (const click of clicks) if (click.status === 'rejected') expect(click.reason).toMatchObject({ code: 'CONFLICT', publicMessage: expect.stringContaining('is under way') });
    expect(await getDb().operation.count({ where: { applicationId, kind: 'sub-chain.change-finality' } })).toBe(1);
  });

  it('is nobody else’s to make', async () => {
    const { applicationId } = await given('byzantine');
    await expect(change(applicationId, 'crash', await givenCaller())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await viewOf(applicationId)).toMatchObject({ change: null });
  });
});

describe('a change that cannot be made', () => {
  it('ends before anything was approved when a peer has stopped, says which, and another mode may be chosen', async () => {
    const { applicationId, slug } = await given('byzantine');
    const paris = { chain: slug, cityNode: 'PAR' };
    installation.network.stop(paris, 'its disk is full');
    const { operationId } = await change(applicationId, 'crash');
    expect(await run(operationId)).toMatchObject({ state: 'FAILED', error: { message: expect.stringMatching(/Paris has stopped: its disk is full.*nothing was changed/) } });
    expect(installation.network.approvals(slug)).toEqual(Object.fromEntries(cityNodes.map((code) => [code, undefined])));
    expect(await viewOf(applicationId)).toMatchObject({ finality: 'byzantine', change: { state: 'FAILED', isBegun: false, finality: 'crash', reason: expect.stringContaining('Paris') } });
    expect(mayChooseFinality(await viewOf(applicationId))).toBe(true);
    installation.network.start(paris);
    expect(await run((await change(applicationId, 'solo')).operationId)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await viewOf(applicationId)).toMatchObject({ finality: 'solo', change: null });
  });

  it('waits for a host that is away, and goes on by itself when it is back', async () => {
    const { applicationId } = await given('byzantine');
    const [, far = ''] = installation.hostIds;
    await installation.takeAway(far);
    const { operationId } = await change(applicationId, 'crash');
    const running = run(operationId);
    await expect.poll(async () => (await getDb().operationStep.findFirst({ where: { operationId, name: 'check-peers' } }))?.attempts ?? 0, { timeout: 20_000 }).toBeGreaterThan(1);
    await installation.bringBack(far);
    expect(await running).toMatchObject({ state: 'SUCCEEDED' });
  });
});

describe('a change that was interrupted half-way', () => {
  /** Approved everywhere, in force at the quorum; Hong Kong is behind for longer than anybody waits. */
  async function givenHalf() {
    const { applicationId, slug } = await given('byzantine');
    const behind = { chain: slug, cityNode: 'HKG' };
    installation.network.hold(behind, true);
    const { operationId } = await change(applicationId, 'crash');
    // As if eleven tries had waited already.
    await getDb().operationStep.updateMany({ where: { operationId, name: 'await-change' }, data: { attempts: 11 } });
    const operation = await run(operationId);
    return { applicationId, operationId, behind, operation };
  }

  it('says how far it came, and goes on under the same approvals when it is asked for again', async () => {
    const { applicationId, operationId, behind, operation } = await givenHalf();
    expect(operation).toMatchObject({ state: 'FAILED', error: { message: 'In force on 3 of 4 peers; waiting for Hong Kong.' } });
    expect(await viewOf(applicationId)).toMatchObject({ finality: 'byzantine', change: { operationId, state: 'FAILED', isBegun: true } });
    expect(mayChooseFinality(await viewOf(applicationId))).toBe(false);
    await expect(change(applicationId, 'solo')).rejects.toMatchObject({ code: 'CONFLICT', publicMessage: expect.stringContaining('Let it go on') });
    installation.network.hold(behind, false);
    expect(await change(applicationId, 'crash')).toEqual({ operationId });
    expect(await run(operationId)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await viewOf(applicationId)).toMatchObject({ finality: 'crash', change: null });
    expect((await auditOf(applicationId)).map(({ action }) => action)).toEqual([
      'sub-chain.change-finality', 'sub-chain.change-finality-failed', 'sub-chain.change-finality', 'sub-chain.finality-changed',
    ]);
  });

  it('asks for the rules again when approvals came to nothing: a host asks for their block only for a while, and not after a restart', async () => {
    const { applicationId, slug } = await given('byzantine');
    installation.network.cut(slug, true);
    const { operationId } = await change(applicationId, 'crash');
    await getDb().operationStep.updateMany({ where: { operationId, name: 'await-change' }, data: { attempts: 11 } });
    expect(await run(operationId)).toMatchObject({ state: 'FAILED', error: { message: expect.stringContaining('In force on 0 of 4 peers') } });
    installation.network.cut(slug, false);
    expect(await change(applicationId, 'crash')).toEqual({ operationId });
    await getDb().operationStep.updateMany({ where: { operationId, name: 'await-change' }, data: { attempts: 11 } });
    expect(await run(operationId)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await viewOf(applicationId)).toMatchObject({ finality: 'crash', change: null });
  });
});
