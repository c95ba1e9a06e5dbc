import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openTestLedger, TestHost } from '@/lib/gateway/testing';
import { contractOf, makeChaincode, runtimeDirectory } from '@/lib/sandbox/testing';
import { channelConfig, collectionOf, createTestOrganisation, FabricClients, giveIdentity, type Organisation } from './testing/fabric-host';

/** Real city-node processes, ended and started, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 180_000 });

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const orderers = createTestOrganisation('OrdererMSP');
const notes = contractOf(`
  async put(ctx, key, value) { await ctx.stub.putState(key, Buffer.from(value)); ctx.stub.setEvent('put', Buffer.from(key)); }
  async hide(ctx, key) { await ctx.stub.putPrivateData('both', key, ctx.stub.getTransient().get('secret')); }
  async reveal(ctx, key) { return (await ctx.stub.getPrivateData('both', key)).toString(); }
  async get(ctx, key) { return (await ctx.stub.getState(key)).toString(); }`);

const hosts: TestHost[] = [];
const opened: FabricClients[] = [];
afterEach(async () => {
  for (const clients of opened.splice(0)) clients.close();
  await Promise.all(hosts.splice(0).map((host) => host.remove()));
});

async function startHost(cityNodes: string[], hostId: string, args: readonly string[] = []): Promise<TestHost> {
  const host = await TestHost.prepare(cityNodes, hostId);
  hosts.push(host);
  host.args = args;
  await host.resume();
  await host.certify();
  return host;
}

function clientsOf(host: TestHost, channelId: string): FabricClients {
  const clients = new FabricClients(host, channelId);
  opened.push(clients);
  return clients;
}

describe('a channel of two organisations in two hosts', () => {
  it('is one ledger for the clients of both, also after one was away', async () => {
    const args = ['--chaincode-runtime', runtimeDirectory()];
    const [first, second] = [await startHost(['SIN'], 'host_one', args), await startHost(['PAR'], 'host_two', args)];
    const [org1, org2] = [createTestOrganisation('Org1MSP'), createTestOrganisation('Org2MSP')];
    await giveIdentity(first, org1, 'peer');
    await giveIdentity(first, orderers, 'orderer');
    await giveIdentity(second, org2, 'peer');
    const policies = { endorsement: 'ANY Endorsement', lifecycleEndorsement: 'ANY Endorsement' };
    const { chain } = await openTestLedger([[first, 'SIN'], [second, 'PAR']], { framework: 'fabric', config: { ...channelConfig('two', [org1, org2], orderers), policies } });
    const [one, two] = [clientsOf(first, 'two'), clientsOf(second, 'two')];
    const collections = collectionOf('both', ['Org1MSP', 'Org2MSP']);
    for (const [clients, organisation] of [[one, org1], [two, org2]] as const) await clients.approve(organisation, 'notes', await clients.install(organisation, makeChaincode(notes, 'notes_1')), collections);
    await one.commit(org1, 'notes', collections);
    // The definition is final at the first; the second's gateway goes by what its own peer has.
    await expect.poll(async () => (await second.client.peerStatus({ chain, cityNode: 'PAR' })).height, { timeout: 30_000 }).toBe((await first.client.peerStatus({ chain, cityNode: 'SIN' })).height);

    // Handed in at the peer that follows, read at both.
    await two.contract(org2, 'notes').submitTransaction('put', 'a', '1');
    expect(text(await two.contract(org2, 'notes').evaluateTransaction('get', 'a'))).toBe('1');
    expect(text(await one.contract(org1, 'notes').evaluateTransaction('get', 'a'))).toBe('1');

    // Simulated in the first host alone: the second asks for what its organisation is a member of.
    await one.contract(org1, 'notes').submit('hide', { arguments: ['s'], transientData: { secret: 'hush' } });
    await expect.poll(async () => text(await two.contract(org2, 'notes').evaluateTransaction('reveal', 's').catch(() => Buffer.from('not yet'))), { timeout: 30_000, interval: 500 }).toContain('hush');

    // Nobody's there while the organisation has no peer in the second host, and asked for when it has one again.
    await second.client.removeFabricIdentity({ mspId: 'Org2MSP', role: 'peer' });
    await one.contract(org1, 'notes').submit('hide', { arguments: ['t'], transientData: { secret: 'psst' } });
    await expect.poll(async () => (await second.client.peerStatus({ chain, cityNode: 'PAR' })).height).toBe((await first.client.peerStatus({ chain, cityNode: 'SIN' })).height);
    await giveIdentity(second, org2, 'peer');
    await expect.poll(async () => text(await two.contract(org2, 'notes').evaluateTransaction('reveal', 't').catch(() => Buffer.from('not yet'))), { timeout: 30_000, interval: 500 }).toContain('psst');

    two.close();
    await second.end('SIGKILL');
    await one.contract(org1, 'notes').submitTransaction('put', 'b', '2');
    await second.resume();
    // Its first reader hears what was written while it was away.
    expect(text(await two.contract(org2, 'notes').evaluateTransaction('get', 'b'))).toBe('2');
    const events = await two.network(org2).getChaincodeEvents('notes', { startBlock: 0n });
    const seen: string[] = [];
    for await (const { payload } of events) {
      seen.push(text(payload));
      if (seen.length === 2) break;
    }
    events.close();
    expect(seen).toEqual(['a', 'b']);
    expect((await second.client.peerStatus({ chain, cityNode: 'PAR' })).height).toBe((await first.client.peerStatus({ chain, cityNode: 'SIN' })).height);
  });
});

describe('a host that is not ready for Fabric', () => {
  it('opens channels without a door when it joined before there was one, and says what chaincode needs', async () => {
    const host = await startHost(['SIN'], 'host_old');
    await host.end('SIGTERM');
    const file = path.join(host.directory, 'join.json');
    const { fabric, ...before } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(fabric).toBeDefined();
    writeFileSync(file, JSON.stringify(before));
    await host.resume();
    const organisation = createTestOrganisation('Org1MSP');
    const { chain } = await openTestLedger([[host, 'SIN']], { framework: 'fabric', config: channelConfig('old', [organisation], orderers) });
    expect((await host.client.peerStatus({ chain, cityNode: 'SIN' })).state).toBe('running');
    expect(host.output).toContain('this host joined without a port for Fabric’s clients');
    expect(host.output).toContain('started without --chaincode-runtime');
    expect(host.output).not.toContain('door for Fabric’s clients open');
  });

  it('tells a client without the means to run chaincode what to install', async () => {
    const host = await startHost(['SIN'], 'host_bare');
    const organisation = createTestOrganisation('Org1MSP');
    await giveIdentity(host, organisation, 'peer');
    await openTestLedger([[host, 'SIN']], { framework: 'fabric', config: channelConfig('bare', [organisation], orderers) });
    const error: unknown = await clientsOf(host, 'bare').install(organisation, makeChaincode(notes, 'notes_1')).catch((reason: unknown) => reason);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).toContain('started without --chaincode-runtime');
  });

  it('says that its port is taken, opens nothing, and does it when the port is free', async () => {
    const host = await startHost(['SIN'], 'host_taken');
    const organisation: Organisation = createTestOrganisation('Org1MSP');
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(host.join.fabric?.port, '127.0.0.1', resolve));
    await expect(giveIdentity(host, organisation, 'peer')).rejects.toMatchObject({ code: 'UNAVAILABLE', publicMessage: expect.stringContaining(String(host.join.fabric?.port)) });
    await new Promise((resolve) => blocker.close(resolve));
    await giveIdentity(host, organisation, 'peer');
    await expect.poll(() => host.output).toContain('door for Fabric’s clients open');
  });
});
