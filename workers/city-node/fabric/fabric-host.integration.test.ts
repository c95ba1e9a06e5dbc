import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Client, credentials, status } from '@grpc/grpc-js';
import type { discovery, msp } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isAppError, type AppError } from '@/lib/platform/pure/errors';
import { generousLimits, loadOldFabricClient, openTestLedger, testAuthority, TestHost } from '@/lib/gateway/testing';
import { contractOf, makePackage, makeTypescriptChaincode, runtimeDirectory } from '@/lib/sandbox/testing';
import { channelConfig, createTestOrganisation, FabricClients, giveIdentity, type Organisation } from './testing/fabric-host';

/** A real city-node process, the official client over TLS, stock chaincode in sandboxes. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const assets = contractOf(`
  async create(ctx, id, owner) {
    if ((await ctx.stub.getState(id)).length > 0) throw new Error('The asset ' + id + ' already exists');
    const asset = { id, owner };
    await ctx.stub.putState(id, Buffer.from(JSON.stringify(asset)));
    ctx.stub.setEvent('created', Buffer.from(id));
    return asset;
  }
  async read(ctx, id) {
    const bytes = await ctx.stub.getState(id);
    if (bytes.length === 0) throw new Error('The asset ' + id + ' does not exist');
    return JSON.parse(bytes.toString());
  }
  async owners(ctx) {
    const found = [];
    for await (const { value } of ctx.stub.getQueryResult(JSON.stringify({ selector: { owner: { $gt: null } }, sort: [{ owner: 'asc' }], use_index: ['_design/by', 'owner'] }))) found.push(JSON.parse(value.toString()).owner);
    return found;
  }
  async hide(ctx, key) { await ctx.stub.putPrivateData('_implicit_org_Org1MSP', key, ctx.stub.getTransient().get('secret')); }
  async reveal(ctx, key) { return (await ctx.stub.getPrivateData('_implicit_org_Org1MSP', key)).toString(); }`);

const packaged = makePackage(
  [
    { path: 'src/package.json', bytes: JSON.stringify({ name: 'assets', version: '1.0.0', main: 'index.js', dependencies: { 'fabric-contract-api': '^2.5.0', 'fabric-shim': '^2.5.0' } }) },
    { path: 'src/index.js', bytes: assets },
    { path: 'META-INF/statedb/couchdb/indexes/owner.json', bytes: JSON.stringify({ index: { fields: ['owner'] }, ddoc: 'by', name: 'owner', type: 'json' }) },
    { path: 'META-INF/statedb/couchdb/indexes/broken.json', bytes: '{' },
  ],
  { type: 'node', label: 'assets_1', path: '' },
);

const { callOf, chooseEndorsers, configQuery, endorsersQuery, listEntries, OldClient } = await loadOldFabricClient();

const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'));
const errorOf = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  if (!isAppError(error)) throw new Error(`not the product's error: ${String(error)}`);
  return error;
};

const organisations = ['Org1MSP', 'Org2MSP'].map((mspId) => createTestOrganisation(mspId));
const [org1, org2] = organisations as [(typeof organisations)[0], (typeof organisations)[0]];
const orderers = createTestOrganisation('OrdererMSP');
const channelId = 'fjord.one';
/** What a client shows by TLS that has to be known to nobody. */
const self = orderers.issue({ commonName: 'self' });
let host: TestHost;
let chain: string;
let clients: FabricClients;
/** Of the organisations' peers. */
let addresses: string[] = [];

beforeAll(async () => {
  host = await TestHost.prepare(['SIN', 'PAR']);
  host.args = ['--chaincode-runtime', runtimeDirectory()];
  await host.resume();
  await host.certify();
  clients = new FabricClients(host, channelId);
});
afterAll(async () => {
  clients.close();
  await host.remove();
});

describe('a city node with a Fabric channel', () => {
  it('loads nothing of Fabric before somebody asks for it', () => {
    expect(readdirSync(host.directory)).not.toContain('fabric');
    expect(host.output).not.toContain('Fabric loaded');
  });

  it('opens it for organisations whose peers it carries, and refuses what its names mean already', async () => {
    for (const organisation of organisations) await giveIdentity(host, organisation, 'peer');
    await giveIdentity(host, orderers, 'orderer');
    expect((await host.client.listFabricIdentities()).map(({ mspId, role }) => `${mspId} ${role}`).sort()).toEqual(['OrdererMSP orderer', 'Org1MSP peer', 'Org2MSP peer']);
    ({ chain } = await openTestLedger([[host, 'SIN'], [host, 'PAR']], { framework: 'fabric', config: channelConfig(channelId, organisations, orderers) }));
    const again = await errorOf(openTestLedger([[host, 'SIN']], { framework: 'fabric', config: channelConfig(channelId, organisations, orderers) }));
    expect([again.code, again.publicMessage]).toEqual(['CONFLICT', `This host has a channel ${channelId} already, of another sub-chain. Choose another channel name.`]);
    const impostor = await errorOf(openTestLedger([[host, 'SIN']], { framework: 'fabric', config: channelConfig('fjord.two', [createTestOrganisation('Org1MSP')], orderers) }));
    expect([impostor.code, impostor.publicMessage]).toEqual(['CONFLICT', expect.stringContaining('The MSP id Org1MSP is another organisation')]);
    const wrong = await errorOf(openTestLedger([[host, 'SIN']], { framework: 'fabric', config: { ...channelConfig('Fjord', organisations, orderers) } }));
    expect([wrong.code, wrong.publicMessage]).toEqual(['INVALID_INPUT', expect.stringContaining('config.channelId')]);
    const moved = await errorOf(host.client.movePeer({ chain, cityNode: 'SIN' }, 'own'));
    expect([moved.code, moved.publicMessage]).toEqual(['UNSUPPORTED', expect.stringContaining('cannot have a process of its own')]);
  });

  it('installs, approves and commits stock chaincode, and submits, evaluates and tells events', async () => {
    for (const organisation of organisations) await clients.approve(organisation, 'assets', await clients.install(organisation, packaged));
    await clients.commit(org1, 'assets');
    const events = await clients.network(org2).getChaincodeEvents('assets', { startBlock: 0n });
    const contract = clients.contract(org1, 'assets');
    expect(json(await contract.submitTransaction('create', 'a1', 'ada'))).toEqual({ id: 'a1', owner: 'ada' });
    for await (const { eventName, payload } of events) {
      expect([eventName, Buffer.from(payload).toString()]).toEqual(['created', 'a1']);
      break;
    }
    events.close();
    const hidden = await contract.submitAsync('hide', { arguments: ['s'], transientData: { secret: 'hush' }, endorsingOrganizations: ['Org1MSP'] });
    const { blockNumber } = await hidden.getStatus();
    // With the block it reaches readers of the organisation whose collection it is, and no others.
    const withBlock = async (organisation: Organisation) => {
      const blocks = await clients.network(organisation).getBlockAndPrivateDataEvents({ startBlock: blockNumber });
      for await (const block of blocks) {
        blocks.close();
        return block.getPrivateDataMapMap().getLength();
      }
      return -1;
    };
    expect([await withBlock(org1), await withBlock(org2)]).toEqual([1, 0]);
    expect(Buffer.from(await contract.evaluateTransaction('reveal', 's')).toString()).toContain('hush');
    // Every peer of the channel on this host has the same blocks.
    const height = (await host.client.peerStatus({ chain, cityNode: 'SIN' })).height;
    await expect.poll(async () => (await host.client.peerStatus({ chain, cityNode: 'PAR' })).height, { timeout: 20_000 }).toBe(height);
  });

  it('serves clients of old: they discover whom to ask, each at its own address, and hand in what the endorsers signed', async () => {
    const old = openOldClient();
    try {
      const user = org1.issue({ units: ['client'] });
      const common = `127.0.0.1:${host.join.fabric?.port}`;
      const [endorsers, config] = await old.discover(common, user, [endorsersQuery(channelId, [[callOf('assets')]]), configQuery(channelId)]);
      const chosen = chooseEndorsers(endorsers);
      expect(chosen.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org2MSP']);
      addresses = chosen.map(({ endpoint }) => endpoint);
      expect(new Set([common, ...addresses]).size).toBe(3);
      // The portal tells clients the same.
      expect((await host.client.report()).fabric).toEqual({ address: addresses[0]?.replace(/\d+$/, String(host.join.fabric?.port)), organisations: { Org1MSP: addresses[0], Org2MSP: addresses[1] } });
      expect(listEntries<discovery.Endpoints>(config?.getConfigResult()?.getOrderersMap()).map(([mspId, one]) => [mspId, one.getEndpointList()[0]?.getPort()])).toEqual([['OrdererMSP', host.join.fabric?.port]]);
      const roots = new Map(listEntries<msp.FabricMSPConfig>(config?.getConfigResult()?.getMspsMap())).get('Org2MSP')?.getTlsRootCertsList_asU8() ?? [];
      expect(roots.map((pem) => Buffer.from(pem).toString().trim())).toEqual([testAuthority.rootPem.trim()]);
      const proposal = clients.propose(org1, user, 'assets', ['create', 'old', 'olga']);
      const responses = await Promise.all(chosen.map(({ endpoint }) => old.propose(endpoint, user, proposal)));
      expect((await old.broadcast(common, user, proposal, responses)).getStatus()).toBe(200);
      expect(json(await clients.contract(org2, 'assets').evaluateTransaction('read', 'old'))).toEqual({ id: 'old', owner: 'olga' });
    } finally {
      old.close();
    }
  });

  it('counts what its clients ask for, and keeps to what the plan allows', async () => {
    const counted = async () => {
      const { records } = await host.client.meters({ after: 0 });
      const mine = records.filter((record) => record.chain === chain);
      return { requests: mine.some(({ requests }) => requests > 0), transactions: mine.reduce((sum, one) => sum + one.transactions, 0) };
    };
    // Two approvals, the definition, two assets and a secret.
    await expect.poll(counted, { timeout: 20_000 }).toEqual({ requests: true, transactions: 6 });
    const contract = clients.contract(org1, 'assets');
    await host.client.setLimits({ chain, cityNode: 'SIN' }, { ...generousLimits, writableUntilMs: 1 });
    await expect(contract.submitTransaction('create', 'late', 'ada')).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED, message: expect.stringContaining('read-only since') });
    expect(json(await contract.evaluateTransaction('read', 'a1'))).toEqual({ id: 'a1', owner: 'ada' });
    // What is put aside for a transaction that may never come takes the plan's storage, too.
    await host.client.setLimits({ chain, cityNode: 'SIN' }, { ...generousLimits, storageBytesMax: 1 });
    const hide = contract.newProposal('hide', { arguments: ['full'], transientData: { secret: Buffer.from('hush') } }).endorse();
    await expect(hide).rejects.toMatchObject({ details: [expect.objectContaining({ message: expect.stringContaining('has used its storage of 1 bytes') })] });
    await host.client.setLimits({ chain, cityNode: 'SIN' }, generousLimits);
  });

  it('shows its newest certificate to who comes, without closing the door', async () => {
    const { serial } = await host.certify();
    await expect.poll(() => serialOf(host.join.fabric?.port ?? 0)).toBe(serial);
    expect(json(await clients.contract(org1, 'assets').evaluateTransaction('read', 'a1'))).toEqual({ id: 'a1', owner: 'ada' });
  });

  it('runs a contract written in TypeScript: typed parameters, objects and arrays come and go, what does not fit is refused in its words', async () => {
    const bytes = makeTypescriptChaincode('typed_1');
    for (const organisation of organisations) await clients.approve(organisation, 'typed', await clients.install(organisation, bytes));
    await clients.commit(org1, 'typed');
    const contract = clients.contract(org2, 'typed');
    const created = { id: 't1', size: 8, forSale: false, owner: { name: 'tove', shares: 2.5 }, marks: [] };
    expect(json(await contract.submitTransaction('CreateAsset', 't1', '7', 'true', JSON.stringify(created.owner)))).toEqual(created);
    await contract.submitTransaction('MarkAsset', JSON.stringify(created), '[3, 5]');
    expect(json(await contract.evaluateTransaction('ReadAsset', 't1'))).toEqual({ ...created, marks: [3, 5] });
    expect(json(await contract.evaluateTransaction('AssetExists', 't2'))).toBe(false);
    const refusalOf = async (...args: [string, ...string[]]) => JSON.stringify(await contract.submitTransaction(...args).then(() => undefined, (error: unknown) => (error as { details?: unknown }).details));
    expect(await refusalOf('CreateAsset', 't1', '7', 'true', '{}')).toContain('The asset t1 already exists');
    expect(await refusalOf('CreateAsset', 't2', 'seven', 'true', '{}')).toContain('could not convert data to number');
    expect(await refusalOf('MarkAsset', JSON.stringify({ ...created, size: 'large' }), '[]')).toContain('Unable to validate parameter due to');
    const metadata = json(await contract.evaluateTransaction('org.hyperledger.fabric:GetMetadata')) as { contracts: Record<string, { info: unknown; transactions: { name: string }[] }>; components: { schemas: object } };
    expect(metadata.contracts.AssetContract?.transactions.map(({ name }) => name).sort()).toEqual(['AssetExists', 'CreateAsset', 'MarkAsset', 'ReadAsset']);
    expect(Object.keys(metadata.components.schemas).sort()).toEqual(['Asset', 'Owner']);
  });

  it('answers strangers and what is no request at all with Fabric’s refusals, and nobody else notices', async () => {
    const client = new Client(`localhost:${host.join.fabric?.port}`, credentials.createSsl(Buffer.from(testAuthority.rootPem)));
    try {
      const asIs = (bytes: Buffer): Buffer => bytes;
      const garbage = ['', '0a', 'ff'.repeat(40), '0a0312010a1203aabbcc', '00'.repeat(3_000)].map((text) => Buffer.from(text, 'hex'));
      const codeOf = (path: string, bytes: Buffer) => new Promise<number>((resolve) => client.makeUnaryRequest(path, asIs, asIs, bytes, (error) => resolve(error?.code ?? status.OK)));
      const paths = ['Evaluate', 'Endorse', 'Submit', 'CommitStatus'].map((name) => `/gateway.Gateway/${name}`);
      for (const path of [...paths, '/protos.Endorser/ProcessProposal']) {
        for (const bytes of garbage) expect([status.INTERNAL, status.INVALID_ARGUMENT, status.UNKNOWN], path).toContain(await codeOf(path, bytes));
      }
      const stranger = clients.contract(createTestOrganisation('Org1MSP'), 'assets');
      await expect(stranger.evaluateTransaction('read', 'a1')).rejects.toMatchObject({ code: status.FAILED_PRECONDITION, message: expect.stringContaining(`access denied: channel [${channelId}] creator org unknown, creator is malformed`) });
      expect(json(await clients.contract(org1, 'assets').evaluateTransaction('read', 'a1'))).toEqual({ id: 'a1', owner: 'ada' });
      expect(host.output).not.toContain('Fabric gateway call failed');
    } finally {
      client.close();
    }
  });

  it('has after kill -9 the same answers and blocks, which an auditor of its own finds in order, and goes on', async () => {
    const before = await clients.blocks(org1);
    clients.close();
    await host.end('SIGKILL');
    await host.resume();
    const contract = clients.contract(org1, 'assets');
    expect(json(await contract.evaluateTransaction('read', 'a1'))).toEqual({ id: 'a1', owner: 'ada' });
    expect(Buffer.from(await contract.evaluateTransaction('reveal', 's')).toString()).toContain('hush');
    // Clients remember where the organisations' peers were.
    const old = openOldClient();
    const [endorsers] = await old.discover(`127.0.0.1:${host.join.fabric?.port}`, org1.issue({ units: ['client'] }), [endorsersQuery(channelId, [[callOf('assets')]])]);
    old.close();
    expect(chooseEndorsers(endorsers).map(({ endpoint }) => endpoint)).toEqual(addresses);
    const after = await clients.blocks(org2);
    expect(after.map((block) => Buffer.from(block).toString('base64'))).toEqual(before.map((block) => Buffer.from(block).toString('base64')));
    expect(json(await contract.submitTransaction('create', 'a2', 'aaron'))).toEqual({ id: 'a2', owner: 'aaron' });
    // By the index that the package brings, which this process has read again.
    expect(json(await contract.evaluateTransaction('owners'))).toEqual(['aaron', 'ada', 'olga']);
    expect(host.output).toContain('an index of a chaincode package cannot be used');
    const audited = audit(await clients.blocks(org1));
    expect(audited).toMatch(/^13 blocks, 13 transactions, .* 12 policies and reads, 0 findings$/m);
  });

  it('forgets the channel with its last peer: the name is free for another sub-chain', async () => {
    for (const cityNode of ['SIN', 'PAR']) await host.client.removeChain({ chain, cityNode });
    await expect(clients.contract(org1, 'assets').evaluateTransaction('read', 'a1')).rejects.toThrow(`could not get last config for channel ${channelId}`);
    const { chain: next } = await openTestLedger([[host, 'PAR']], { framework: 'fabric', config: channelConfig(channelId, organisations, orderers) });
    expect((await host.client.peerStatus({ chain: next, cityNode: 'PAR' })).height).toBe(0);
  });

  it('ends in good order while somebody follows a channel', async () => {
    const events = await clients.network(org1).getBlockEvents({ startBlock: 0n });
    const blocks = events[Symbol.asyncIterator]();
    expect((await blocks.next()).done).toBe(false);
    const [code, end] = await Promise.all([host.end('SIGTERM'), blocks.next().then(() => undefined, (error: unknown) => error)]);
    expect(code).toBe(0);
    expect(end).toMatchObject({ code: status.UNAVAILABLE });
  });
});

function openOldClient() {
  return new OldClient({ root: Buffer.from(testAuthority.rootPem), tls: { cert: Buffer.from(self.pem).toString(), key: self.key.export({ format: 'pem', type: 'pkcs8' }).toString() } });
}

/** Of the certificate that a door shows. */
function serialOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca: testAuthority.rootPem, ALPNProtocols: ['h2'] }, () => {
      resolve(socket.getPeerCertificate().serialNumber.toLowerCase());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** What the auditor says, which shares no code with the engine. */
function audit(blocks: readonly Uint8Array[]): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'blocks-'));
  try {
    const files = blocks.map((block, number) => {
      const file = path.join(directory, `${number}.block`);
      writeFileSync(file, block);
      return file;
    });
    const project = path.resolve(import.meta.dirname, '../../..');
    const script = path.join(project, 'lib/ledger/frameworks/fabric/testing/audit-blocks-process.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, ...files], { encoding: 'utf8', cwd: project });
    if (status !== 0) throw new Error(`the auditor says:\n${stdout}${stderr}`);
    return stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
