import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { joinConfigSchema } from '@/lib/control';
import { createPerson } from '@/lib/identity/testing';
import { createId, getDb } from '@/lib/platform';
import { embeddedCityNodes, getCityNode, joinEmbeddedHosts, joinHost, listCityNodes, listHosts, reservePlacement, seedCatalogue } from '.';
import { embeddedHostName, spreadCityNodes } from './catalogue';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'join-embedded-'));
  await seedCatalogue();
});
afterAll(async () => {
  await forget();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(forget);

/** Other tests of this database must not find hosts that nobody starts. */
async function forget(): Promise<void> {
  const ours = { host: { name: { startsWith: 'embedded' } } };
  await getDb().peer.deleteMany({ where: ours });
  await getDb().cityNodeHost.deleteMany({ where: { OR: [ours, { cityNode: { code: { in: [...embeddedCityNodes] } } }] } });
  await getDb().host.deleteMany({ where: { name: { startsWith: 'embedded' } } });
}

const directoryOf = (number: number) => path.join(directory, String(number));
const join = (processes: number) =>
  joinEmbeddedHosts(
    Array.from({ length: processes }, (_, index) => ({
      dataDirectory: directoryOf(index + 1),
      gateway: { host: '127.0.0.1', port: 4900 + index },
      control: { host: '127.0.0.1', port: 4920 + index },
      channel: { host: '127.0.0.1', port: 4940 + index },
      gatewayUrl: `http://127.0.0.1:${4900 + index}`,
      controlUrl: `http://127.0.0.1:${4920 + index}`,
      channelAddress: `127.0.0.1:${4940 + index}`,
    })),
  );
const plainJoin = {
  gateway: { host: '127.0.0.1', port: 4980 },
  control: { host: '127.0.0.1', port: 4981 },
  channel: { host: '127.0.0.1', port: 4982 },
  gatewayUrl: 'http://127.0.0.1:4980',
  controlUrl: 'http://127.0.0.1:4981',
  channelAddress: '127.0.0.1:4982',
  provider: 'This machine',
  region: 'Test',
};
const carriers = async (): Promise<Record<string, string[]>> => {
  const rows = await getDb().cityNodeHost.findMany({ where: { cityNode: { code: { in: [...embeddedCityNodes] } } }, select: { host: { select: { name: true } }, cityNode: { select: { code: true } } } });
  return Object.fromEntries(embeddedCityNodes.map((code) => [code, rows.filter((row) => row.cityNode.code === code).map((row) => row.host.name)]));
};
const spread = (processes: number) => Object.fromEntries(embeddedCityNodes.map((code) => [code, [embeddedHostName(spreadCityNodes(processes).findIndex((codes) => codes.includes(code)) + 1)]]));
const seen = (names: readonly string[]) => getDb().host.updateMany({ where: { name: { in: [...names] } }, data: { lastSeenAt: new Date() } });

/** A sub-chain with its peers placed, as provisioning places them. */
async function givenPlaced(...codes: string[]): Promise<{ subChainId: string; hosts: string[] }> {
  const { userId, organisationId } = await createPerson();
  const [applicationId, subChainId] = [createId('application'), createId('subChain')];
  await getDb().application.create({ data: { id: applicationId, organisationId, createdById: userId, plan: 'TEST', state: 'PROVISIONING', name: 'Tide' } });
  await getDb().subChain.create({ data: { id: subChainId, applicationId, slug: subChainId.toLowerCase().replaceAll('_', '-'), framework: 'ethereum', chainId: BigInt(Date.now()) * 1_000n + BigInt(Math.floor(performance.now()) % 1_000), state: 'OPENING' } });
  const rows = await getDb().cityNode.findMany({ where: { code: { in: codes } } });
  const cityNodeIds = codes.map((code) => rows.find((row) => row.code === code)?.id ?? '');
  await getDb().$transaction((tx) => reservePlacement(tx, { subChainId, cityNodeIds, finality: 'solo' }));
  const peers = await getDb().peer.findMany({ where: { subChainId }, select: { host: { select: { name: true } } } });
  return { subChainId, hosts: peers.map((peer) => peer.host.name).toSorted() };
}

describe('joinEmbeddedHosts', () => {
  it('spreads the city nodes over the processes, each with an identity, a secret and addresses of its own', async () => {
    const { hostIds } = await join(4);
    expect(new Set(hostIds).size).toBe(4);
    expect(await carriers()).toEqual(spread(4));
    const files = await Promise.all([1, 2, 3, 4].map(async (number) => joinConfigSchema.parse(JSON.parse(await readFile(path.join(directoryOf(number), 'join.json'), 'utf8')))));
    expect(files.map((file) => file.hostId)).toEqual(hostIds);
    expect(files.map((file) => file.cityNodes)).toEqual(spreadCityNodes(4));
    expect(new Set(files.map((file) => file.secret)).size).toBe(4);
    expect(files.map((file) => file.channel.port)).toEqual([4940, 4941, 4942, 4943]);
    expect((await getCityNode('PAR', {})).hosts).toMatchObject([{ name: 'embedded-2', gatewayUrl: 'http://127.0.0.1:4901', carries: ['PAR', 'SAO'] }]);
  });

  it('keeps the identity of what an installation with one process had', async () => {
    const { hostId } = await joinHost({ ...plainJoin, name: 'embedded', dataDirectory: directoryOf(1), cityNodes: [...embeddedCityNodes] });
    expect((await join(1)).hostIds).toEqual([hostId]);
    expect((await join(3)).hostIds[0]).toBe(hostId);
  });

  it('puts the peers of one sub-chain into as many processes as there are', async () => {
    await join(4);
    await seen(['embedded', 'embedded-2', 'embedded-3', 'embedded-4']);
    expect((await givenPlaced('SIN', 'PAR', 'JNB', 'HKG')).hosts).toEqual(['embedded', 'embedded-2', 'embedded-3', 'embedded-4']);
    expect((await givenPlaced('SIN', 'TYO')).hosts).toEqual(['embedded', 'embedded']);
  });

  it('does not put two peers of a sub-chain into one process where a city node has another', async () => {
    await join(2);
    expect(spreadCityNodes(2)[0]).toEqual(expect.arrayContaining(['SIN', 'TYO']));
    await joinHost({ ...plainJoin, name: 'embedded-more', dataDirectory: directoryOf(9), cityNodes: ['SIN', 'TYO'] });
    await seen(['embedded', 'embedded-2', 'embedded-more']);
    // Each is the emptier one in turn, so that it is not the load that keeps them apart.
    for (let round = 0; round < 3; round++) expect((await givenPlaced('SIN', 'TYO')).hosts).toEqual(['embedded', 'embedded-more']);
  });

  it('lets city nodes without peers move, and nobody waits for a process that is not started any more', async () => {
    await join(4);
    await seen(['embedded', 'embedded-2', 'embedded-3', 'embedded-4']);
    await join(1);
    expect(await carriers()).toEqual(spread(1));
    // The host rows that are left were seen a moment ago: placement and screens must not go by that.
    expect((await listHosts()).filter(({ controlUrl }) => /:492\d$/.test(controlUrl)).map(({ controlUrl }) => controlUrl)).toEqual(['http://127.0.0.1:4920']);
    expect((await getCityNode('HKG', {})).hosts.map((host) => host.name)).toEqual(['embedded']);
    await getDb().host.updateMany({ where: { name: 'embedded' }, data: { lastSeenAt: new Date(0) } });
    expect((await listCityNodes()).find((cityNode) => cityNode.code === 'HKG')).toMatchObject({ selectable: false });
    await expect(givenPlaced('HKG')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await seen(['embedded']);
    expect((await givenPlaced('HKG', 'PAR')).hosts).toEqual(['embedded', 'embedded']);
  });

  it('gives a process its identity back when it is started again', async () => {
    const before = await join(4);
    await join(2);
    expect((await join(4)).hostIds).toEqual(before.hostIds);
    expect(await carriers()).toEqual(spread(4));
  });

  it('refuses a number that would tear a city node from its ledgers, names them and the numbers that fit, and changes nothing', async () => {
    await join(4);
    await seen(['embedded', 'embedded-2', 'embedded-3', 'embedded-4']);
    const { subChainId } = await givenPlaced('PAR', 'HKG');
    const refusal = await join(1).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'CONFLICT', publicMessage: expect.stringContaining('Hong Kong (HKG) and Paris (PAR) would move') });
    // Paris is the second and Hong Kong the fourth of the list: so they are with four processes and more.
    expect(refusal).toMatchObject({ publicMessage: expect.stringContaining('Use --city-nodes 4, 5, 6, or 7, or delete') });
    expect(await carriers()).toEqual(spread(4));
    await expect(join(2)).rejects.toMatchObject({ publicMessage: expect.stringMatching(/^With 2 city-node processes, Hong Kong \(HKG\) would move/) });
    await join(7);
    expect(await carriers()).toEqual(spread(7));
    await getDb().peer.updateMany({ where: { subChainId }, data: { state: 'REMOVED' } });
    await join(1);
    expect(await carriers()).toEqual(spread(1));
  });

  it('takes no more processes than there are city nodes', async () => {
    await expect(join(8)).rejects.toThrow();
    await expect(join(0)).rejects.toThrow();
  });
});
