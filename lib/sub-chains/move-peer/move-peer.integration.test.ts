import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlClientFor } from '@/lib/city-nodes';
import { getDb } from '@/lib/platform';
import { movePeer, movePeerOperation } from '..';
import { givenCaller, givenFakeRunning, openFakeInstallation, runToEnd, type FakeInstallation, type SignedUp } from '../testing';

let installation: FakeInstallation;
let publisher: SignedUp;
let admin: SignedUp;

beforeAll(async () => {
  installation = await openFakeInstallation([['SIN', 'PAR'], ['JNB']]);
  publisher = await givenCaller();
  const caller = await givenCaller();
  admin = { ...caller, session: { ...caller.session, user: { ...caller.session.user, isPortalAdmin: true } } };
});
afterAll(() => installation.close());

async function given() {
  const { applicationId, slug } = await givenFakeRunning(publisher, { cityNodes: ['SIN', 'PAR', 'JNB'], finality: 'crash' });
  const [hostId = ''] = installation.hostIds;
  const home = async (cityNode: string) => (await (await controlClientFor(hostId)).peerStatus({ chain: slug, cityNode })).home;
  return { applicationId, slug, hostId, home, wish: { hostId, cityNode: 'PAR', chain: slug, to: 'own' } as const };
}

const audited = async (applicationId: string) =>
  (await getDb().auditEvent.findMany({ where: { subjectId: applicationId, action: { contains: 'peer' } }, orderBy: { id: 'asc' } })).map(({ action, details }) => ({ action, details }));

describe('movePeer', () => {
  it('has the peer’s host move it, follows until it is there, and writes down who wanted it and that it moved', async () => {
    const { applicationId, home, wish } = await given();
    const { operationId } = await movePeer(admin, wish);
    expect(await runToEnd(movePeerOperation, operationId)).toMatchObject({ state: 'SUCCEEDED', progress: { done: 3, total: 3 } });
    expect([await home('PAR'), await home('SIN')]).toEqual([{ at: 'own' }, { at: 'shared' }]);
    const back = await movePeer(admin, { ...wish, to: 'shared' });
    expect(await runToEnd(movePeerOperation, back.operationId)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await home('PAR')).toEqual({ at: 'shared' });
    const details = (id: string, to: string) => ({ operationId: id, cityNode: 'PAR', to });
    expect(await audited(applicationId)).toEqual([
      { action: 'sub-chain.move-peer', details: details(operationId, 'own') },
      { action: 'sub-chain.peer-moved', details: details(operationId, 'own') },
      { action: 'sub-chain.move-peer', details: details(back.operationId, 'shared') },
      { action: 'sub-chain.peer-moved', details: details(back.operationId, 'shared') },
    ]);
  });

  it('fails with the host’s reason, and the peer stays where it is', async () => {
    const { applicationId, slug, home, wish } = await given();
    installation.network.refuseMoves({ chain: slug, cityNode: 'PAR' }, 'The disk has no room for a copy.');
    const { operationId } = await movePeer(admin, wish);
    expect(await runToEnd(movePeerOperation, operationId)).toMatchObject({ state: 'FAILED', error: { message: 'The disk has no room for a copy.' } });
    expect(await home('PAR')).toMatchObject({ at: 'shared' });
    expect((await audited(applicationId)).map(({ action }) => action)).toEqual(['sub-chain.move-peer', 'sub-chain.move-peer-failed']);
  });

  it('copies no peer that has stopped itself', async () => {
    const { slug, wish } = await given();
    installation.network.stop({ chain: slug, cityNode: 'PAR' }, 'Block 7 is wrong.');
    const { operationId } = await movePeer(admin, wish);
    expect(await runToEnd(movePeerOperation, operationId)).toMatchObject({ state: 'FAILED', error: { message: expect.stringMatching(/does not run: Block 7 is wrong\. It stays/) } });
  });

  it('lets one of many clicks at once begin it; another peer may move meanwhile', async () => {
    const { wish } = await given();
    const clicks = await Promise.allSettled(Array.from({ length: 4 }, () => movePeer(admin, wish)));
    expect(clicks.filter((click) => click.status === 'fulfilled')).toHaveLength(1);
    for (const click of clicks) if (click.status === 'rejected') expect(click.reason).toMatchObject({ code: 'CONFLICT', publicMessage: expect.stringContaining('on its way') });
    expect(await movePeer(admin, { ...wish, cityNode: 'SIN' })).toHaveProperty('operationId');
  });

  it('is the portal admin’s alone, also for the publisher’s own sub-chain', async () => {
    const { applicationId, wish } = await given();
    await expect(movePeer(publisher, wish)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(movePeer(await givenCaller(), wish)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await getDb().operation.count({ where: { applicationId, kind: 'sub-chain.move-peer' } })).toBe(0);
  });

  it('knows no peer on another host than its own', async () => {
    const { wish } = await given();
    await expect(movePeer(admin, { ...wish, hostId: installation.hostIds[1] ?? '' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(movePeer(admin, { ...wish, chain: 'nowhere-1' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
