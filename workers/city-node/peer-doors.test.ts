import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { chainId, createQueueBudget, openLedgerHost, type MachinePorts, type PeerLink, type TimeMs } from '@/lib/ledger';
import { lonelyLink } from '@/lib/ledger/testing';
import { HostRegister } from './host-register';
import { loadFrameworks } from './load-frameworks';
import { PeerDoors } from './peer-doors';
import { createProcessLogger } from './process-logger';

it('a door whose peer failed to wake up for a reason that nobody foresaw answers once that has passed', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'peer-doors-'));
  const nodeKey = randomBytes(32);
  const logger = createProcessLogger('host_one', 'silent');
  const chain = chainId('tide-1');
  let fetches = 0;
  const link: PeerLink = {
    ...lonelyLink,
    fetchBlocks: async () => {
      fetches += 1;
      if (fetches === 1) throw new TypeError('nobody foresaw this');
      return [];
    },
    submit: async () => Promise.reject(new Error('not asked for')),
  };
  const { frameworks, codecs } = await loadFrameworks({ version: '0', yieldTurn: () => setImmediate(), onUnexpected: () => undefined });
  const ports: MachinePorts = { now: () => Date.now() as TimeMs, schedule: () => () => undefined, yieldTurn: () => setImmediate(), elapsedMs: () => performance.now(), nonce: () => randomBytes(16), logger };
  const open = (code: string) => openLedgerHost({ directory: path.join(directory, code), keyEncryptionKey: nodeKey, frameworks, link, ports, queueBudget: createQueueBudget() });
  const [orderer, follower] = await Promise.all([open('SIN'), open('PAR')]);
  const register = await HostRegister.open(path.join(directory, 'register'), nodeKey);
  try {
    const keys = await Promise.all([orderer, follower].map((host) => host.createPeer(chain)));
    const peers = keys.map(({ publicKey }, at) => ({ name: ['SIN', 'PAR'][at] ?? '', publicKey, orders: at === 0 }));
    await follower.createChain({ chain, framework: 'ethereum', config: { chainId: String(2 ** 40) }, time: Date.now() as TimeMs, finality: 'solo', peers });
    const addresses = peers.map(({ name, publicKey, orders }) => ({ cityNode: name, publicKey: Buffer.from(publicKey).toString('base64'), orders, hostId: 'host_one', channelAddress: '127.0.0.1:2' }));
    await register.putPeer({ chain, cityNode: 'PAR', framework: 'ethereum', peers: addresses });
    const door = new PeerDoors({ hosts: new Map([['PAR', follower]]), codecs, register }).get({ cityNode: 'PAR', chain });
    const ask = () => door.call('eth_blockNumber', [], AbortSignal.timeout(30_000));
    await expect(Promise.all([ask(), ask()])).rejects.toThrow('nobody foresaw this');
    expect(await Promise.all([ask(), ask()])).toEqual(['0x0', '0x0']);
    expect(await ask()).toBe('0x0');
    expect(fetches, 'those who come together wake it once, and it stays awake').toBe(2);
  } finally {
    await Promise.all([orderer, follower].map((host) => host.close()));
    await register.close();
    await rm(directory, { recursive: true, force: true });
  }
});
