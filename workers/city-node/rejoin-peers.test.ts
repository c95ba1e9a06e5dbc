import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { chainId, createQueueBudget, LedgerError, openLedgerHost, type ChainId, type LedgerHost, type MachinePorts, type PeerLink, type TimeMs } from '@/lib/ledger';
import { lonelyLink } from '@/lib/ledger/testing';
import { HostRegister } from './host-register';
import { loadFrameworks } from './load-frameworks';
import { createProcessLogger } from './process-logger';
import { rejoinPeers, type RejoinOptions } from './rejoin-peers';

const nodeKey = randomBytes(32);
const chains = ['tide-1', 'tide-2', 'tide-3', 'tide-4', 'tide-5'].map(chainId);
const logger = createProcessLogger('host_two', 'silent');

let directory: string;
let register: HostRegister;
let orderer: LedgerHost;
let follower: LedgerHost;
/** The other host does not answer. */
let away: boolean;
let calls: string[];

const asked = async (chain: ChainId, what: string): Promise<void> => {
  calls.push(`${what} ${chain}`);
  await setImmediate();
  if (away) throw new LedgerError('peers-unreachable', { chain }, 'away');
};
const link: PeerLink = {
  ...lonelyLink,
  fetchBlocks: async (chain, from, limit) => {
    await asked(chain, 'ask');
    return orderer.blockRecords(chain, from, limit);
  },
  peers: () => ['SIN'],
  askSnapshot: async (chain, _, height) => {
    await asked(chain, 'snapshot');
    return orderer.snapshotAnswer(chain, height);
  },
  submit: async (chain) => Promise.reject(new LedgerError('peers-unreachable', { chain }, 'away')),
};
const network: RejoinOptions['network'] = { linkOf: () => link, tellOthers: (chain) => void calls.push(`tell ${chain}`) };

async function open(cityNode: string): Promise<LedgerHost> {
  const { frameworks } = await loadFrameworks({ version: '0', yieldTurn: () => setImmediate(), onUnexpected: (error) => logger.error({ err: error }, 'unexpected') });
  const ports: MachinePorts = { now: () => Date.now() as TimeMs, schedule: () => () => undefined, yieldTurn: () => setImmediate(), elapsedMs: () => performance.now(), nonce: () => randomBytes(16), logger };
  return openLedgerHost({ directory: path.join(directory, cityNode), keyEncryptionKey: nodeKey, frameworks, link, ports, queueBudget: createQueueBudget() });
}

async function openChain(chain: ChainId): Promise<void> {
  const peers = await Promise.all(
    Object.entries({ SIN: orderer, PAR: follower }).map(async ([name, host]) => ({ name, publicKey: (await host.createPeer(chain)).publicKey, orders: name === 'SIN' })),
  );
  const genesis = { chain, framework: 'ethereum', config: { chainId: String(2 ** 40) }, time: Date.now() as TimeMs, finality: 'solo' as const, peers };
  await Promise.all([orderer, follower].map((host) => host.createChain(genesis)));
  const addresses = peers.map(({ name, publicKey, orders }) => ({
    cityNode: name,
    publicKey: Buffer.from(publicKey).toString('base64'),
    orders,
    hostId: name === 'SIN' ? 'host_one' : 'host_two',
    channelAddress: '127.0.0.1:2',
  }));
  await register.putPeer({ chain, cityNode: 'PAR', framework: 'ethereum', peers: addresses });
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'rejoin-'));
  register = await HostRegister.open(path.join(directory, 'register'), nodeKey);
  [orderer, follower] = await Promise.all([open('SIN'), open('PAR')]);
  for (const chain of chains) await openChain(chain);
  // As after a start: nothing is in use.
  await Promise.all([orderer.close(), follower.close()]);
  [orderer, follower] = await Promise.all([open('SIN'), open('PAR')]);
  calls = [];
  away = false;
});
afterEach(async () => {
  await Promise.all([orderer.close(), follower.close(), register.close()]);
  await rm(directory, { recursive: true, force: true });
});

const rejoin = (signal = new AbortController().signal) =>
  rejoinPeers({ hostId: 'host_two', register, hosts: new Map([['PAR', follower]]), network, logger, signal, pauseMsMin: 20 });

it('asks once for each following peer, and opens none of them at either end when there is no news', async () => {
  await rejoin();
  expect(calls.toSorted()).toEqual(chains.map((chain) => `ask ${chain}`));
  expect([orderer.stats().openChains, follower.stats().openChains]).toEqual([0, 0]);
});

it('tries a host that is away once a round, however many sub-chains wait for it, until it is back', async () => {
  away = true;
  const done = rejoin();
  await vi.waitFor(() => expect(calls.length).toBeGreaterThanOrEqual(3));
  expect(new Set(calls).size).toBe(1);
  away = false;
  await done;
  expect(new Set(calls).size).toBe(chains.length);
});

it('ends at once when the city node closes', async () => {
  away = true;
  const closing = new AbortController();
  const done = rejoin(closing.signal);
  await vi.waitFor(() => expect(calls.length).toBeGreaterThanOrEqual(1));
  closing.abort();
  await done;
  const before = calls.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(calls.length).toBe(before);
});

it('leaves a stopped peer alone', async () => {
  await follower.stopChain(chainId('tide-3'), 'unpaid');
  await rejoin();
  expect(calls).not.toContain('ask tide-3');
  expect(calls).toHaveLength(chains.length - 1);
});

it('opens peers again whose ledgers are gone, though nobody tells their genesis, and none that the register does not know so', async () => {
  await follower.close();
  for (const lost of ['index', 'segment-00000001.log']) await rm(path.join(directory, 'PAR', lost), { recursive: true });
  follower = await open('PAR');
  expect(chains.filter((chain) => follower.has(chain))).toEqual([]);
  const [other] = chains;
  if (other === undefined) throw new Error('there are chains');
  const registered = register.findPeer({ chain: other, cityNode: 'PAR' });
  if (!registered) throw new Error('it is registered');
  await register.putPeer({ ...registered, peers: registered.peers.map((peer) => (peer.cityNode === 'SIN' ? { ...peer, publicKey: randomBytes(91).toString('base64') } : peer)) });
  await rejoin();
  expect(chains.filter((chain) => follower.has(chain))).toEqual(chains.slice(1));
  for (const chain of chains.slice(1)) expect(follower.head(chain)).toMatchObject({ height: 0, genesisHash: orderer.head(chain).genesisHash });
});
