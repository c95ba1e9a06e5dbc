import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueAccessKey, listAccessKeys, revokeAccessKey, syncAccessKeys } from '@/lib/access-keys';
import { getCityNode, observeHosts } from '@/lib/city-nodes';
import { collectMeters, getMeters } from '@/lib/metering';
import { createOperationRegistry, LeaseKeeper, runOperation } from '@/lib/operations';
import { createId, getDb } from '@/lib/platform';
import { beginDelete, createTestSubChain, deleteOperation, findSubChain, provisionOperation, testSubChainsMax, expireTestSubChains } from '@/lib/sub-chains';
import { type Child, finalOperation, givenCaller, type Installation, openInstallation, type SignedUp } from '@/lib/sub-chains/testing';

let installation: Installation;
let cityNode: Child;
let caller: SignedUp;
let applicationId: string;
let slug: string;
let endpoint: string;
const options = { registry: createOperationRegistry([provisionOperation, deleteOperation]), keeper: new LeaseKeeper(), shutdown: new AbortController().signal };

beforeAll(async () => {
  installation = await openInstallation({ cityNodes: ['HKG'], logLevel: 'warn' });
  cityNode = await installation.startCityNode();
  caller = await givenCaller();
  const begun = await createTestSubChain(caller, { cityNode: 'HKG' });
  applicationId = begun.applicationId;
  await runOperation(begun.operationId, options);
  const subChain = await findSubChain(caller, applicationId);
  slug = subChain?.slug ?? '';
  endpoint = subChain?.endpoints[0]?.url ?? '';
});
afterAll(() => installation?.close());

async function call(key: string): Promise<number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] });
  return (await fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': key }, body })).status;
}

describe('access keys', () => {
  it('work the moment they are shown, and are refused the moment a revocation answers', async () => {
    const { key, accessKey, effective } = await issueAccessKey(caller, applicationId, { label: 'first' });
    expect([effective, await call(key)]).toEqual([true, 200]);
    expect(await revokeAccessKey(caller, applicationId, accessKey.id)).toMatchObject({ effective: true });
    expect(await call(key)).toBe(401);
    const listed = await listAccessKeys(caller, applicationId);
    expect(listed.find((one) => one.id === accessKey.id)?.revokedAt).not.toBeNull();
    expect(JSON.stringify(listed)).not.toContain(key.split('.')[1]);
    expect(listed.every((one) => one.label !== 'portal check')).toBe(true);
  });

  it('that were revoked while the host was away are refused by the first sweep after its return', { timeout: 60_000 }, async () => {
    const { key, accessKey } = await issueAccessKey(caller, applicationId, {});
    await cityNode.kill();
    expect(await revokeAccessKey(caller, applicationId, accessKey.id)).toMatchObject({ effective: false });
    const worker = installation.startWorker();
    // The sweep runs against the absent host too, and must not give up on it.
    await expect.poll(() => worker.output(), { timeout: 20_000 }).toContain('host not told about an access key');
    cityNode = await installation.startCityNode();
    await expect.poll(() => call(key), { timeout: 30_000, interval: 50 }).toBe(401);
    await worker.kill('SIGTERM');
  });

  it('that a host has confirmed and lost are sent again', async () => {
    const { accessKey } = await issueAccessKey(caller, applicationId, {});
    await getDb().accessKey.update({ where: { id: accessKey.id }, data: { version: 7 } });
    await getDb().accessKeySync.updateMany({ where: { accessKeyId: accessKey.id }, data: { version: 7 } });
    await syncAccessKeys();
    const known = await (await installation.control()).listAccessKeys();
    expect(known.find((record) => record.id === accessKey.id)?.version).toBe(7);
  });

  it('of another organisation look absent', async () => {
    const stranger = await givenCaller();
    const { accessKey } = await issueAccessKey(caller, applicationId, {});
    await expect(listAccessKeys(stranger, applicationId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(issueAccessKey(stranger, applicationId, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(revokeAccessKey(stranger, applicationId, accessKey.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('meters', () => {
  it('count every request exactly once, however many workers collect at a time', { timeout: 40_000 }, async () => {
    const { key } = await issueAccessKey(caller, applicationId, {});
    await collectUntilStill();
    const before = (await getMeters(caller, applicationId)).requests.used;
    for (let sent = 0; sent < 40; sent++) await call(key);
    const endMs = Date.now() + 15_000;
    while ((await getMeters(caller, applicationId)).requests.used < before + 40 && Date.now() < endMs) {
      await Promise.all([collectMeters(), collectMeters(), collectMeters()]);
      await delay(100);
    }
    await collectUntilStill();
    expect((await getMeters(caller, applicationId)).requests.used).toBe(before + 40);
  });

  it('do not count a record again whose acknowledgement was lost', async () => {
    const host = await getDb().host.findUniqueOrThrow({ where: { id: installation.hostId } });
    const { used } = (await getMeters(caller, applicationId)).requests;
    const page = await (await installation.control()).meters({ after: 0 });
    expect(page.lastSequence).toBe(Number(host.meterSequence));
    await collectMeters();
    expect((await getMeters(caller, applicationId)).requests.used).toBe(used);
  });

  async function collectUntilStill(): Promise<void> {
    // Longer than the doors take to flush.
    for (let quiet = 0; quiet < 3; ) {
      quiet = (await collectMeters()).records === 0 ? quiet + 1 : 0;
      await delay(1_000);
    }
  }
});

describe('observed hosts', () => {
  it('show why a peer has stopped, and that it goes on', async () => {
    const client = await installation.control();
    const peer = async () => (await getCityNode('HKG', {})).visiblePeers.find((one) => one.subChain === slug);
    await client.stopChain({ chain: slug, cityNode: 'HKG' }, 'Looked at by the operator.');
    await observeHosts();
    expect(await peer()).toMatchObject({ state: 'STOPPED', problem: expect.stringContaining('Looked at by the operator.') as string });
    await client.startChain({ chain: slug, cityNode: 'HKG' });
    await observeHosts();
    expect(await peer()).toMatchObject({ state: 'OPEN', problem: null });
    const { hosts } = await getCityNode('HKG', {});
    expect(hosts[0]).toMatchObject({ alive: true, here: { peers: expect.any(Number) as number } });
    expect(hosts[0]?.measured?.memoryRssBytes).toBeGreaterThan(10_000_000);
  });

  it('show a tenant its own peers alone', async () => {
    expect((await getCityNode('HKG', { organisationId: caller.organisationId })).visiblePeers).toHaveLength(1);
    expect((await getCityNode('HKG', { organisationId: createId('organisation') })).visiblePeers).toEqual([]);
  });

  it('are rid of a removed peer that a late call brought back, and keep one that nobody has a row of', async () => {
    const { applicationId: doomed, operationId } = await createTestSubChain(caller, { cityNode: 'HKG' });
    await runOperation(operationId, options);
    const chain = (await findSubChain(caller, doomed))?.slug ?? '';
    const deletion = await getDb().$transaction((tx) => beginDelete(tx, { applicationId: doomed, cause: 'asked', actor: { kind: 'SYSTEM' } }));
    await runOperation(deletion.operationId, options);
    const client = await installation.control();
    await client.createPeer({ chain, cityNode: 'HKG' });
    await client.createPeer({ chain: 'stranger-0001', cityNode: 'HKG' });
    await observeHosts();
    const left = (await client.listPeers()).map((one) => one.chain);
    expect(left).not.toContain(chain);
    expect(left).toContain('stranger-0001');
    await client.removeChain({ chain: 'stranger-0001', cityNode: 'HKG' });
  });
});

describe('test sub-chains', () => {
  it('are limited for an organisation, also by clicks at the same time', async () => {
    const other = await givenCaller();
    const clicks = await Promise.allSettled(Array.from({ length: testSubChainsMax + 2 }, () => createTestSubChain(other, { cityNode: 'HKG' })));
    expect(clicks.filter((click) => click.status === 'fulfilled')).toHaveLength(testSubChainsMax);
    const refused = clicks.flatMap((click) => (click.status === 'rejected' ? [(click.reason as { code: string }).code] : []));
    expect(refused).toEqual(['QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
    const operations = await getDb().operation.findMany({ where: { organisationId: other.organisationId } });
    await Promise.all(operations.map((operation) => runOperation(operation.id, options)));
  });

  it('are deleted when their days have ended, and their owner is told', async () => {
    const other = await givenCaller();
    const { applicationId: old, operationId } = await createTestSubChain(other, { cityNode: 'HKG' });
    await runOperation(operationId, options);
    expect((await expireTestSubChains()).expired).toBe(0);
    await getDb().application.update({ where: { id: old }, data: { expiresAt: new Date(Date.now() - 1_000) } });
    expect((await expireTestSubChains()).expired).toBe(1);
    const deletion = await getDb().operation.findFirstOrThrow({ where: { applicationId: old, kind: 'sub-chain.delete' } });
    await runOperation(deletion.id, options);
    const view = await finalOperation(deletion.id, 5_000);
    expect(view).toMatchObject({ state: 'SUCCEEDED' });
    expect(view.steps.at(-1)?.message).toBe('Mailed to the owner.');
    expect(await getDb().application.findUniqueOrThrow({ where: { id: old } })).toMatchObject({ state: 'DELETED' });
  });

  it('cannot be made where nobody answers', async () => {
    await expect(createTestSubChain(await givenCaller(), { cityNode: 'PEK' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(createTestSubChain(await givenCaller(), { cityNode: 'ZZZZ' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
