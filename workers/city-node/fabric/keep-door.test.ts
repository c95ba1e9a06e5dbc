import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, testAuthority } from '@/lib/gateway/testing';
import type { ChannelCertificates, ChannelIdentity } from '@/lib/peer-channel';
import { createPrivateKey256, publicKeyOf } from '@/lib/x509';
import { DoorKeeper } from './keep-door';

let opened: { close(): Promise<void> | void }[];
let remembered: Map<string, number>;
let wanted: string[];
let failures: string[];

beforeEach(() => {
  [opened, remembered, wanted, failures] = [[], new Map(), ['Org1MSP', 'Org2MSP'], []];
});
afterEach(async () => {
  for (const one of opened) await one.close();
});

function certified(): ChannelCertificates {
  const key = createPrivateKey256();
  const { chainPem } = testAuthority.issueHost({ hostId: 'host_one', publicKey: publicKeyOf(createPublicKey(key)) });
  return { chainPem, privateKeyPem: key.export({ format: 'pem', type: 'pkcs8' }).toString(), rootPem: testAuthority.rootPem, crlPem: '' };
}

async function keep(peerPorts?: { first: number; last: number }, identity: ChannelIdentity = { current: certified, onChange: () => () => undefined }): Promise<DoorKeeper> {
  const keeper = new DoorKeeper({
    listen: { host: '127.0.0.1', port: await freePort(), ...(peerPorts ? { peerPorts } : {}) },
    identity,
    methods: [],
    entrances: { wanted: () => wanted, portOf: (mspId) => remembered.get(mspId), remember: async (mspId, port) => void remembered.set(mspId, port) },
    logger: { info: () => undefined, warn: () => undefined, error: ({ err }) => void failures.push(String(err)) },
  });
  opened.push(keeper);
  await keeper.open();
  return keeper;
}

async function take(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  opened.push({ close: () => void server.close() });
}

describe('entrances to organisations’ peers', () => {
  it('are at the ports that the host was given, the first free ones, and later where they were', async () => {
    const first = await freePort();
    await take(first);
    const keeper = await keep({ first, last: first + 15 });
    const ports = wanted.map((mspId) => keeper.entranceOf(mspId) ?? 0);
    expect(ports[0]).toBeGreaterThan(first);
    expect(ports[1]).toBeGreaterThan(ports[0] ?? 0);
    await keeper.close();
    // The other one asks first this time.
    wanted = ['Org2MSP', 'Org1MSP'];
    const again = await keep({ first, last: first + 15 });
    expect(['Org1MSP', 'Org2MSP'].map((mspId) => again.entranceOf(mspId))).toEqual(ports);
    expect(failures).toEqual([]);
  });

  it('move to another port where theirs is taken, and to where the host may listen now', async () => {
    wanted = ['Org1MSP'];
    const [first, other] = [await freePort(), await freePort()];
    remembered.set('Org1MSP', first);
    await take(first);
    const keeper = await keep();
    expect(keeper.entranceOf('Org1MSP')).not.toBe(first);
    expect(remembered.get('Org1MSP')).toBe(keeper.entranceOf('Org1MSP'));
    await keeper.close();
    expect((await keep({ first: other, last: other })).entranceOf('Org1MSP')).toBe(other);
  });

  it('that find no port are missed, and the door is there for all', async () => {
    const only = await freePort();
    const keeper = await keep({ first: only, last: only });
    expect([keeper.entranceOf('Org1MSP'), keeper.entranceOf('Org2MSP')]).toEqual([only, undefined]);
    expect(keeper.port).toBeDefined();
    expect(failures).toEqual(['every port for organisations’ peers is another one’s: give the host more of them']);
  });

  it('open and close with the organisations that need them', async () => {
    wanted = [];
    const keeper = await keep();
    expect(keeper.entranceOf('Org1MSP')).toBeUndefined();
    wanted = ['Org1MSP', 'Org2MSP'];
    await keeper.refresh();
    const port = keeper.entranceOf('Org2MSP') ?? 0;
    expect(port).toBeGreaterThan(0);
    wanted = [];
    await keeper.refresh();
    expect(keeper.entranceOf('Org2MSP')).toBeUndefined();
    await take(port);
  });

  it('come with the door, when the host has its certificate', async () => {
    const held: { certificates?: ChannelCertificates } = {};
    let tell: () => void = () => undefined;
    const keeper = await keep(undefined, { current: () => held.certificates, onChange: (listener) => ((tell = listener), () => undefined) });
    expect([keeper.port, keeper.entranceOf('Org1MSP')]).toEqual([undefined, undefined]);
    held.certificates = certified();
    tell();
    await keeper.refresh();
    expect(keeper.port).toBeDefined();
    expect(keeper.entranceOf('Org1MSP')).toBeDefined();
  });
});
