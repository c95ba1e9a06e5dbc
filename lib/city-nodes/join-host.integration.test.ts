import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getAuthority } from '@/lib/certificates';
import { joinConfigSchema } from '@/lib/control';
import { getDb } from '@/lib/platform';
import { getCityNode, joinHost, listCityNodes, seedCatalogue, type JoinHost } from '.';
import { openHostSecret } from './control-client-for';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'join-host-'));
  await seedCatalogue();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const join = (change: Partial<JoinHost> = {}): JoinHost => ({
  name: path.basename(directory),
  dataDirectory: path.join(directory, 'host'),
  cityNodes: ['HRB', 'LXA'],
  gateway: { host: '127.0.0.1', port: 4900 },
  control: { host: '127.0.0.1', port: 4901 },
  channel: { host: '127.0.0.1', port: 4902 },
  gatewayUrl: 'http://127.0.0.1:4900',
  controlUrl: 'http://127.0.0.1:4901',
  channelAddress: '127.0.0.1:4902',
  provider: 'This machine',
  region: 'Shares one machine',
  ...change,
});
const readJoin = async () => joinConfigSchema.parse(JSON.parse(await readFile(path.join(directory, 'host', 'join.json'), 'utf8')));

describe('joinHost', () => {
  it('makes one host with one secret, also when two set-ups join at once', async () => {
    const [first, second] = await Promise.all([joinHost(join()), joinHost(join())]);
    expect(first.hostId).toBe(second.hostId);
    expect([first.created, second.created].toSorted()).toEqual([false, true]);
    const row = await getDb().host.findUniqueOrThrow({ where: { id: first.hostId } });
    expect((await readJoin()).secret).toBe(Buffer.from(openHostSecret(row)).toString('base64'));
    expect(Buffer.from(row.secretCiphertext).includes(Buffer.from((await readJoin()).secret, 'base64'))).toBe(false);
  });

  it('pins the root of the certificate authority, also on an installation that has none yet', async () => {
    await joinHost(join());
    const { authority } = await readJoin();
    expect(authority).toBe((await getAuthority()).rootPem);
    expect(authority.match(/BEGIN/g)).toHaveLength(1);
    await joinHost(join());
    expect((await readJoin()).authority).toBe(authority);
  });

  it('writes what the process must know where only its owner can read it', async () => {
    await joinHost(join());
    const { mode } = await stat(path.join(directory, 'host', 'join.json'));
    expect(mode & 0o777).toBe(0o600);
    expect(await readJoin()).toMatchObject({ cityNodes: ['HRB', 'LXA'], gateway: { port: 4900 }, channel: { port: 4902 }, publicUrl: 'http://127.0.0.1:4900' });
  });

  it('keeps identity and secret when it joins again with other addresses and places', async () => {
    const { hostId } = await joinHost(join());
    const { secret } = await readJoin();
    const again = await joinHost(join({ cityNodes: ['HRB', 'URC'], gatewayUrl: 'https://node.example', channelAddress: '[fd00::1]:4902' }));
    expect(again).toEqual({ hostId, created: false });
    expect(await getDb().host.findUnique({ where: { id: hostId } })).toMatchObject({ channelAddress: '[fd00::1]:4902' });
    expect(await readJoin()).toMatchObject({ secret, publicUrl: 'https://node.example' });
    expect((await getCityNode('urc', {})).hosts.map((host) => host.id)).toEqual([hostId]);
    expect((await getCityNode('LXA', {})).hosts).toEqual([]);
  });

  it('opens the places that it carries and says what they run on; they can be chosen once it has answered', async () => {
    const { hostId } = await joinHost(join());
    const harbin = async () => (await listCityNodes()).find((cityNode) => cityNode.code === 'HRB');
    expect(await harbin()).toMatchObject({ state: 'OPEN', provider: 'This machine', selectable: false });
    await getDb().host.update({ where: { id: hostId }, data: { lastSeenAt: new Date() } });
    expect(await harbin()).toMatchObject({ selectable: true });
    await getDb().host.update({ where: { id: hostId }, data: { lastSeenAt: new Date(Date.now() - 13_000) } });
    expect(await harbin()).toMatchObject({ selectable: false });
  });

  it.each(['node.example', 'node.example:70000', 'http://node.example:1', 'fd00::1:4902', ':1'])('refuses %s as the address of its peer channel', async (channelAddress) => {
    await expect(joinHost(join({ name: 'nowhere', channelAddress }))).rejects.toThrow(/host:port|65535/);
    expect(await getDb().host.findUnique({ where: { name: 'nowhere' } })).toBeNull();
  });

  it('refuses a place that is not in the catalogue, and changes nothing', async () => {
    await expect(joinHost(join({ name: 'nowhere', cityNodes: ['HRB', 'ZZZZ'] }))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await getDb().host.findUnique({ where: { name: 'nowhere' } })).toBeNull();
  });

  it('does not hide that a code is unknown', async () => {
    await expect(getCityNode('ZZZZ', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
