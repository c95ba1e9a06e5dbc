import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadFabricHostTesting, openTestLedger, testAuthority, TestHost } from '@/lib/gateway/testing';
import { isAppError } from '@/lib/platform/pure/errors';
import { contractOf, makePackage, runtimeDirectory } from '@/lib/sandbox/testing';
import { openLifecycle, type Definition, type Lifecycle } from './index';

/** A real city-node process with a channel of two organisations, and stock chaincode in a sandbox. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const { channelConfig, createTestOrganisation, giveIdentity } = await loadFabricHostTesting();
const [org1, org2, orderers] = [createTestOrganisation('Org1MSP'), createTestOrganisation('Org2MSP'), createTestOrganisation('OrdererMSP')] as const;
const channelId = 'harbour';
const definition: Definition = { name: 'notes', version: '1.0', sequence: 1 };
const packaged = makePackage(
  [
    { path: 'src/package.json', bytes: JSON.stringify({ name: 'notes', version: '1.0.0', main: 'index.js', dependencies: { 'fabric-contract-api': '^2.5.0', 'fabric-shim': '^2.5.0' } }) },
    { path: 'src/index.js', bytes: contractOf(`async hello() { return 'hello'; }`) },
  ],
  { type: 'node', label: 'notes_1', path: '' },
);
let host: TestHost;
const opened: Lifecycle[] = [];

function lifecycleOf(organisation: typeof org1, unit = 'admin', tlsRoot = testAuthority.rootPem): Lifecycle {
  const { pem, key } = organisation.issue({ units: [unit], notAfterMs: Date.now() + 86_400_000 });
  const lifecycle = openLifecycle({ address: `localhost:${host.join.fabric?.port}`, tlsRoot, channelId }, { mspId: organisation.mspId, certificate: Buffer.from(pem).toString('utf8'), privateKey: key });
  opened.push(lifecycle);
  return lifecycle;
}

const refusalOf = async (call: Promise<unknown>): Promise<{ code: string; publicMessage: string }> => {
  const error = await call.then(() => undefined, (reason: unknown) => reason);
  if (!isAppError(error)) throw new Error(`not the product's error: ${String(error)}`);
  return { code: error.code, publicMessage: error.publicMessage };
};

beforeAll(async () => {
  host = await TestHost.prepare(['SIN']);
  host.args = ['--chaincode-runtime', runtimeDirectory()];
  await host.resume();
  await host.certify();
  for (const organisation of [org1, org2]) await giveIdentity(host, organisation, 'peer');
  await giveIdentity(host, orderers, 'orderer');
  await openTestLedger([[host, 'SIN']], { framework: 'fabric', config: channelConfig(channelId, [org1, org2], orderers) });
});
afterAll(async () => {
  for (const one of opened) one.close();
  await host.remove();
});

describe('a channel’s chaincodes, dealt with as an organisation', () => {
  it('installs a package once, and answers its id as often as it is asked', async () => {
    const lifecycle = lifecycleOf(org1);
    expect(await lifecycle.listInstalled()).toEqual([]);
    const packageId = await lifecycle.install(packaged);
    expect(packageId).toMatch(/^notes_1:[0-9a-f]{64}$/);
    expect(await lifecycle.install(packaged)).toBe(packageId);
    expect(await lifecycle.listInstalled()).toEqual([{ packageId, label: 'notes_1' }]);
  });

  it('says who has approved, commits once all have, and then the chaincode answers', async () => {
    const [first, second] = [lifecycleOf(org1), lifecycleOf(org2)];
    await first.approve(definition, await first.install(packaged));
    await first.approve(definition, await first.install(packaged));
    expect(await first.checkReadiness(definition)).toEqual(new Map([['Org1MSP', true], ['Org2MSP', false]]));
    expect(await first.listDefinitions()).toEqual([]);
    const early = await refusalOf(first.commit(definition));
    expect(early.code).toBe('INVALID_INPUT');
    expect(early.publicMessage).toContain('chaincode definition not agreed to by this org');
    await second.approve(definition, await second.install(packaged));
    await second.commit(definition);
    expect(await first.listDefinitions()).toEqual([{ ...definition, policy: expect.any(Uint8Array), collections: expect.toSatisfy(() => true), isInitRequired: false }]);
    expect(Buffer.from(await first.evaluate('notes', 'hello')).toString('utf8')).toBe('hello');
  });

  it('passes on in Fabric’s words what is refused: a package that is none, a sequence that is not next, who is no administrator', async () => {
    const lifecycle = lifecycleOf(org1);
    expect(await refusalOf(lifecycle.install(Buffer.from('no package')))).toMatchObject({ code: 'INVALID_INPUT', publicMessage: expect.stringContaining('Org1MSP: ') });
    expect(await refusalOf(lifecycle.approve({ ...definition, sequence: 3 }))).toMatchObject({ code: 'INVALID_INPUT', publicMessage: expect.stringContaining('requested sequence 3 is larger than the next available sequence number 2') });
    expect(await refusalOf(lifecycleOf(org1, 'client').install(packaged))).toMatchObject({ code: 'INVALID_INPUT', publicMessage: expect.stringContaining('Failed verifying that proposal') });
    expect(await refusalOf(lifecycle.evaluate('absent', 'hello'))).toEqual({ code: 'INVALID_INPUT', publicMessage: `no peers available to evaluate chaincode absent in channel ${channelId}` });
  });

  it('calls a door that is not there unavailable, and one that another authority vouches for as well', async () => {
    const stranger = lifecycleOf(org1, 'admin', Buffer.from(org2.root.pem).toString('utf8'));
    expect(await refusalOf(stranger.listInstalled())).toMatchObject({ code: 'UNAVAILABLE' });
  });
});
