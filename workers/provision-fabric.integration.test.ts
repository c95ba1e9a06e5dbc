import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runQuickStart } from '@/lib/connections/testing';
import { ringOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { runtimeDirectory } from '@/lib/sandbox/testing';
import { beginDelete, createTestSubChain, findSubChain, makeFabricKit } from '@/lib/sub-chains';
import { finalOperation, givenCaller, givenPaidApplication, type Installation, openInstallation } from '@/lib/sub-chains/testing';

let installation: Installation;
let second: Installation;
let caller: Awaited<ReturnType<typeof givenCaller>>;

beforeAll(async () => {
  installation = await openInstallation({ cityNodes: ['JNB', 'HKG'], chaincodeRuntime: runtimeDirectory() });
  second = await openInstallation({ cityNodes: ['SAO'], chaincodeRuntime: runtimeDirectory() });
  await Promise.all([installation.startCityNode(), second.startCityNode()]);
  installation.startWorker();
  caller = await givenCaller();
}, 180_000);
afterAll(async () => {
  await installation?.close();
  await second?.close();
});

const chaincode = (template: 'asset-transfer' | 'evidence-notary') => ({ kind: 'chaincode', template, name: 'basic' }) as const;

describe('a Fabric channel', () => {
  it('goes from one click to a transaction of Fabric’s own client, as its kit has it, and is deleted without a trace', { timeout: 180_000 }, async () => {
    const { applicationId, operationId } = await createTestSubChain(caller, { name: 'Assets', cityNode: 'JNB', framework: 'fabric', contractPackage: chaincode('asset-transfer') });
    const operation = await finalOperation(operationId, 90_000);
    expect(operation.steps.map(({ name, state, message }) => [name, state, message])).toEqual([
      ['reserve-placement', 'DONE', 'Reserved in Johannesburg.'],
      ['create-peers', 'DONE', expect.stringMatching(/^One peer made its own key\. The organisation \S+MSP has its peer there\.$/)],
      ['start', 'DONE', 'The first block is written.'],
      ['deploy', 'DONE', 'The chaincode basic is installed, approved and committed.'],
      ['smoke-transaction', 'DONE', 'The chaincode basic answers through the gateway.'],
      ['publish-endpoint', 'DONE', expect.stringMatching(/^grpcs:\/\/\S+:\d+$/)],
      ['notify', 'DONE', expect.any(String)],
    ]);
    process.stdout.write(`provisioned: ${operation.steps.map((step) => `${step.name} ${step.ms}`).join(', ')}\n`);
    const subChain = await findSubChain(caller, applicationId);
    expect(subChain).toMatchObject({ state: 'RUNNING', framework: 'fabric', fabric: { channelId: subChain?.slug, mspId: expect.stringMatching(/MSP$/) }, contractAddress: null });
    const { fileName, zip } = await makeFabricKit(caller, applicationId, { member: 'ada' });
    expect(fileName).toBe(`${subChain?.slug}-ada.zip`);
    expect(await runQuickStart(zip)).toMatch(/^CreateAsset: block \d+, validation code 0, transaction [0-9a-f]{64}\nReadAsset: \{.*"ID":"asset-\d+","Owner":"Tom".*\}\n$/);
    // A second kit of the same member is another key, and works as well.
    expect(await runQuickStart((await makeFabricKit(caller, applicationId, { member: 'ada' })).zip)).toContain('validation code 0');
    await expect(makeFabricKit(caller, applicationId, { member: 'ada', role: 'admin' })).rejects.toMatchObject({ code: 'CONFLICT' });
    const stranger = await givenCaller();
    await expect(makeFabricKit(stranger, applicationId, { member: 'eve' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const control = await installation.control();
    expect((await control.listFabricIdentities()).map(({ role }) => role).sort()).toEqual(['orderer', 'peer']);

    const deletion = await getDb().$transaction((tx) => beginDelete(tx, { applicationId, cause: 'asked', actor: { kind: 'SYSTEM' } }));
    await ringOperation(deletion.operationId);
    expect((await finalOperation(deletion.operationId, 30_000)).state).toBe('SUCCEEDED');
    expect(await control.listPeers()).toEqual([]);
    expect(await control.listFabricIdentities()).toEqual([]);
    await expect(makeFabricKit(caller, applicationId, { member: 'ada' })).rejects.toMatchObject({ code: expect.stringMatching(/NOT_FOUND|CONFLICT/) });
  });

  it('over two hosts answers at both, each with a peer of the organisation that has the chaincode', { timeout: 180_000 }, async () => {
    const paid = await givenPaidApplication(caller, { cityNodes: ['SAO', 'JNB'], framework: 'fabric', contractPackage: chaincode('asset-transfer') });
    await ringOperation(paid.operationId);
    const operation = await finalOperation(paid.operationId, 120_000);
    expect(operation.steps.map(({ message }) => message)).toEqual(expect.arrayContaining(['The chaincode basic is installed on 2 hosts, approved and committed.', 'The chaincode basic answers through all 2 gateways.']));
    const subChain = await findSubChain(caller, paid.applicationId);
    expect(new Set(subChain?.endpoints.map(({ url }) => url)).size).toBe(2);
    const { zip } = await makeFabricKit(caller, paid.applicationId, { member: 'ada' });
    expect(await runQuickStart(zip)).toContain('validation code 0');
  });

  it('of two city nodes has the notary on both, and an empty one answers for itself; each organisation’s is its own', { timeout: 180_000 }, async () => {
    const paid = await givenPaidApplication(caller, { cityNodes: ['JNB', 'HKG'], framework: 'fabric', contractPackage: chaincode('evidence-notary') });
    await ringOperation(paid.operationId);
    const other = await givenCaller();
    const empty = await createTestSubChain(other, { cityNode: 'HKG', framework: 'fabric' });
    const [first, second] = [await finalOperation(paid.operationId, 90_000), await finalOperation(empty.operationId, 90_000)];
    expect([first.state, second.state]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(second.steps.map(({ message }) => message)).toContain('The channel answers through the gateway.');
    expect(await runQuickStart((await makeFabricKit(caller, paid.applicationId, { member: 'notary.1' })).zip)).toMatch(/^Notarise: block \d+, validation code 0, .*\nGetEvidence: \{.*"First entry".*\}\n$/);
    expect(await runQuickStart((await makeFabricKit(other, empty.applicationId, { member: 'ada' })).zip)).toMatch(/^Channel \S+ has 1 blocks\.\n$/);
    const [mine, theirs] = [await findSubChain(caller, paid.applicationId), await findSubChain(other, empty.applicationId)];
    expect(mine?.fabric?.mspId).not.toBe(theirs?.fabric?.mspId);
  });
});
