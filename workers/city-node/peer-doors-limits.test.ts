import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { expect, it } from 'vitest';
import { chainId, createInProcessNetwork, createQueueBudget, openLedgerHost, type MachinePorts, type TimeMs } from '@/lib/ledger';
import { HostRegister } from './host-register';
import { loadFrameworks } from './load-frameworks';
import { PeerDoors } from './peer-doors';
import { createProcessLogger } from './process-logger';

it('a door whose sub-chain takes no more transactions answers 429, in the protocol’s words too, with the time to come again', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'peer-doors-'));
  const nodeKey = randomBytes(32);
  const logger = createProcessLogger('host_one', 'silent');
  const [chain, networkId] = [chainId('tide-1'), 2 ** 40];
  const { frameworks, codecs } = await loadFrameworks({ version: '0', yieldTurn: () => setImmediate(), onUnexpected: () => undefined });
  const ports: MachinePorts = { now: () => Date.now() as TimeMs, schedule: () => () => undefined, yieldTurn: () => setImmediate(), elapsedMs: () => performance.now(), nonce: () => randomBytes(16), logger };
  const { link, enter } = createInProcessNetwork().connect();
  const host = await openLedgerHost({ directory: path.join(directory, 'SIN'), keyEncryptionKey: nodeKey, frameworks, link, ports, queueBudget: createQueueBudget(1) });
  enter('SIN', host);
  const register = await HostRegister.open(path.join(directory, 'register'), nodeKey);
  try {
    const { publicKey } = await host.createPeer(chain);
    const peers = [{ name: 'SIN', publicKey, orders: true }];
    await host.createChain({ chain, framework: 'ethereum', config: { chainId: String(networkId) }, time: Date.now() as TimeMs, finality: 'solo', peers });
    await register.putPeer({ chain, cityNode: 'SIN', framework: 'ethereum', peers: [{ cityNode: 'SIN', publicKey: Buffer.from(publicKey).toString('base64'), orders: true, hostId: 'host_one', channelAddress: '127.0.0.1:2' }] });
    const door = new PeerDoors({ hosts: new Map([['SIN', host]]), codecs, register }).get({ cityNode: 'SIN', chain });
    const account = privateKeyToAccount(generatePrivateKey());
    const send = async (nonce: number) => {
      const raw = await account.signTransaction({ type: 'eip1559', chainId: networkId, nonce, to: account.address, gas: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
      const signal = AbortSignal.timeout(30_000);
      return door.handle({ method: 'eth_sendRawTransaction', params: [raw], scope: 'write', id: 1 }, { readSignal: signal, sendSignal: signal });
    };
    expect(await send(1), 'one that waits for an earlier nonce fills the queue of this process').toMatchObject({ status: 200, accepted: true });
    const refused = await send(0);
    expect(refused).toMatchObject({ status: 429, accepted: false, retryAfterSeconds: 1, response: { error: { code: -32005, data: { retryAfterMs: expect.any(Number) } } } });
  } finally {
    await host.close();
    await register.close();
    await rm(directory, { recursive: true, force: true });
  }
});
