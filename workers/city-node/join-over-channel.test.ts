import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chainId, openLedgerHost, type ChainId, type Framework, type GenesisSpec, type LedgerHost, type LogFields, type MachinePorts, type TimeMs } from '@/lib/ledger';
import { openTestChannel, TestAuthority, type TestChannel } from '@/lib/peer-channel/testing';
import { createChannelHandlers } from './channel-handlers';
import { HostRegister } from './host-register';
import { loadFrameworks, type LoadedFrameworks } from './load-frameworks';
import { PeerNetwork } from './peer-network';
import { createProcessLogger } from './process-logger';
import { rejoinPeers } from './rejoin-peers';

/** Hosts with their own disks that reach each other over mutual TLS alone, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface City {
  readonly code: string;
  readonly directory: string;
  readonly register: HostRegister;
  readonly network: PeerNetwork;
  readonly channel: TestChannel;
  readonly log: string[];
  host: LedgerHost;
}

const CODES = ['SIN', 'PAR', 'JNB', 'HKG'];
const GAP = 20;
const chain: ChainId = chainId('tide-4417');
const nodeKey = randomBytes(32);
const cities: City[] = [];
let frameworks: LoadedFrameworks;
let root: string;

function portsOf(log: string[]): MachinePorts {
  const write = (fields: LogFields, event: string): void => void log.push(`${event} ${JSON.stringify(fields)}`);
  return {
    now: () => Date.now() as TimeMs,
    elapsedMs: () => performance.now(),
    schedule: (delayMs, task) => {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
    yieldTurn: () => setImmediate(),
    nonce: () => randomBytes(16),
    logger: { info: write, warn: write, error: write },
  };
}

const open = (city: Omit<City, 'host'>): Promise<LedgerHost> =>
  openLedgerHost({ directory: city.directory, keyEncryptionKey: nodeKey, frameworks: frameworks.frameworks as readonly Framework[], link: city.network.linkOf(city.code), ports: portsOf(city.log), snapshotGap: GAP });

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'join-over-channel-'));
  frameworks = await loadFrameworks({ version: '0', yieldTurn: () => setImmediate(), onUnexpected: () => undefined });
  const authority = await TestAuthority.create();
  for (const code of CODES) {
    const directory = path.join(root, code);
    const register = await HostRegister.open(path.join(root, `${code}.register`), nodeKey);
    const network = new PeerNetwork({ hostId: `host_${code}`, register, logger: createProcessLogger(`host_${code}`, 'silent') });
    const peers = { host: () => cityOf(code).host };
    const identity = await authority.identityOf(`host_${code}`);
    const channel = await openTestChannel({ hostId: `host_${code}`, identity, handlers: createChannelHandlers({ peers, network, register, fabric: { answerPeer: async () => new Uint8Array(0), answerTask: async () => new Uint8Array(0) } }) });
    network.use(channel.channel);
    const city = { code, directory, register, network, channel, log: [] };
    const host = await open(city);
    network.enter(code, host);
    cities.push({ ...city, host });
  }
});

afterAll(async () => {
  for (const { host } of cities) await host.close();
  for (const { channel, register } of cities) {
    await channel.channel.close(0);
    await register.close();
  }
  await frameworks.close();
  await rm(root, { recursive: true, force: true });
});

function cityOf(code: string): City {
  const city = cities.find((one) => one.code === code);
  if (!city) throw new Error(`there is no ${code}`);
  return city;
}

it('a peer whose disk was lost has its ledger from the others again, votes again, and nobody noticed', async () => {
  const identities = await Promise.all(cities.map(({ host }) => host.createPeer(chain)));
  const addresses = cities.map(({ code, channel }, at) => ({ cityNode: code, publicKey: Buffer.from(identities[at]?.publicKey ?? []).toString('base64'), orders: true, hostId: `host_${code}`, channelAddress: channel.remote.address }));
  for (const { code, register } of cities) await register.putPeer({ chain, cityNode: code, framework: 'ethereum', peers: addresses });
  const number = 2 ** 40 + 4_417;
  const genesis: GenesisSpec = { chain, framework: 'ethereum', config: { chainId: String(number) }, time: Date.now() as TimeMs, finality: 'byzantine', peers: identities.map(({ publicKey }, at) => ({ name: CODES[at] ?? '', publicKey, orders: true })) };
  for (const { host } of cities) await host.createChain(genesis);

  const account = privateKeyToAccount(generatePrivateKey());
  let nonce = 0;
  const send = async (code: string) => {
    const raw = await account.signTransaction({ chainId: number, nonce: nonce++, gas: 21_000n, to: account.address, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, type: 'eip1559' });
    return cityOf(code).host.submit(chain, Buffer.from(raw.slice(2), 'hex'));
  };
  for (let sent = 0; sent < 40; sent += 1) expect(await send(CODES[sent % 4] ?? '')).toMatchObject({ state: 'final' });
  // The last one was answered elsewhere.
  await vi.waitFor(() => expect(cityOf('SIN').host.head(chain).height).toBeGreaterThanOrEqual(40), { timeout: 30_000, interval: 50 });
  const before = cityOf('SIN').host.head(chain);

  const victim = cityOf('HKG');
  await victim.host.close();
  // Its keys are kept: it is the same peer, without a memory.
  for (const lost of ['index', ...(await listSegments(victim.directory))]) await rm(path.join(victim.directory, lost), { recursive: true, force: true });
  victim.host = await open(victim);
  victim.network.enter(victim.code, victim.host);
  expect(victim.host.has(chain)).toBe(false);
  // What a process does when it starts.
  await rejoinPeers({ hostId: 'host_HKG', register: victim.register, hosts: new Map([['HKG', victim.host]]), network: victim.network, logger: createProcessLogger('host_HKG', 'silent'), signal: new AbortController().signal });
  expect(victim.host.head(chain).height).toBeGreaterThanOrEqual(before.height);
  expect(victim.log.some((line) => line.startsWith('joined from a snapshot')), victim.log.join('\n')).toBe(true);
  expect(victim.host.blockAt(chain, before.height)?.hash).toBe(before.hash);
  await vi.waitFor(() => expect(victim.host.peerStatus(chain).firstHeight).toBe(0), { timeout: 60_000, interval: 50 });
  for (let at = 1; at <= before.height; at += 1) expect(victim.host.blockAt(chain, at as typeof before.height)?.hash).toBe(cityOf('PAR').host.blockAt(chain, at as typeof before.height)?.hash);

  for (let sent = 0; sent < 8; sent += 1) expect(await send(CODES[sent % 3] ?? '')).toMatchObject({ state: 'final' });
  await vi.waitFor(() => expect(victim.host.peerStatus(chain).agreement?.position).not.toHaveProperty('abstainsThrough'), { timeout: 60_000, interval: 100 });
  expect(await send('HKG')).toMatchObject({ state: 'final' });
  await vi.waitFor(() => expect(new Set(cities.map(({ host }) => host.head(chain).hash)).size).toBe(1), { timeout: 30_000, interval: 50 });
  for (const { host, channel } of cities) {
    expect(host.peerStatus(chain)).toMatchObject({ state: 'running', orders: true, agreement: { evidence: [] } });
    expect(channel.channel.stats().refused).toEqual({});
  }
});

async function listSegments(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('segment-'));
}
