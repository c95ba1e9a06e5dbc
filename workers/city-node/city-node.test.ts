import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts';
import { open as lmdb } from 'lmdb';
import { encodeDeployData, keccak256, type Hex } from 'viem';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createControlClient, type PeerName } from '@/lib/control';
import { isAppError, type AppError } from '@/lib/platform/pure/errors';
import { compileTill } from './testing/compile-till';
import { makeAccessKey, openTestChain, TestHost } from '@/lib/gateway/testing';

/** Real processes, ended the hard and the soft way, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 120_000 });

const hosts: TestHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.remove()));
});

async function startHost(cityNodes: string[], hostId?: string): Promise<TestHost> {
  const host = await TestHost.start(cityNodes, hostId);
  hosts.push(host);
  return host;
}

async function prepareHost(cityNodes: string[]): Promise<TestHost> {
  const host = await TestHost.prepare(cityNodes);
  hosts.push(host);
  return host;
}

async function rpc(host: TestHost, cityNode: string, chain: string, key: string, method: string, params: unknown[] = []) {
  const response = await fetch(host.endpoint(cityNode, chain), { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  return { status: response.status, ...((await response.json()) as { result?: unknown; error?: { code: number; message: string } }) };
}

/** Signs empty transfers to itself, one nonce after another. */
function sender(chainId: number) {
  const account = privateKeyToAccount(generatePrivateKey());
  let nonce = 0;
  return {
    address: account.address,
    next: (): Promise<Hex> => account.signTransaction({ chainId, nonce: nonce++, gas: 21_000n, to: account.address, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, type: 'eip1559' }),
  };
}

/** What a finality certificate signs, built from its description instead of by the engine. */
function finalityStatement(chain: string, { height, round, hash }: { height: number; round: number; hash: string }): Buffer {
  const text = (value: string) => Buffer.concat([number(value.length, 4), Buffer.from(value)]);
  const number = (value: number, bytes: number) => Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
  return Buffer.concat([text('chainworks/finality/1'), text(chain), number(height, 6), number(round, 4), Buffer.from(hash, 'hex')]);
}

function isSignature(statement: Buffer, publicKey: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify('sha256', statement, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64'));
}

const errorOf = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  if (!isAppError(error)) throw new Error(`not the product's error: ${String(error)}`);
  return error;
};

describe('peers over the control interface', () => {
  it('are made, opened, measured, stopped, started and removed, each call twice with the same answer', async () => {
    const host = await startHost(['SIN', 'PAR']);
    const { chain, input } = await openTestChain([[host, 'SIN'], [host, 'PAR']]);
    const sin: PeerName = { chain, cityNode: 'SIN' };
    expect(await host.client.createPeer(sin)).toEqual({ publicKey: input.peers[0]?.publicKey });
    const opened = await host.client.openChain(sin, input);
    expect(opened).toEqual({ genesisHash: expect.stringMatching(/^[0-9a-f]{64}$/), height: 0 });
    expect(await host.client.openChain({ chain, cityNode: 'PAR' }, input)).toEqual(opened);
    expect((await errorOf(host.client.openChain(sin, { ...input, genesisTimeMs: input.genesisTimeMs + 1 }))).code).toBe('CONFLICT');
    expect((await errorOf(host.client.openChain({ chain: 'moss-1', cityNode: 'SIN' }, input))).code).toBe('NOT_FOUND');
    expect((await errorOf(host.client.createPeer({ chain, cityNode: 'XXX' }))).code).toBe('NOT_FOUND');

    expect(await host.client.peerStatus(sin)).toMatchObject({ state: 'running', orders: true, height: 0 });
    expect(await host.client.stopChain(sin, 'for a test')).toMatchObject({ state: 'stopped', problem: 'for a test' });
    expect(await host.client.stopChain(sin, 'again')).toMatchObject({ state: 'stopped', problem: 'for a test' });
    expect(await host.client.startChain(sin)).toMatchObject({ state: 'running' });
    expect(await host.client.startChain(sin)).toMatchObject({ state: 'running' });

    const { text } = await host.makeKey(chain);
    expect((await rpc(host, 'PAR', chain, text, 'eth_chainId')).status).toBe(200);
    for (const cityNode of ['SIN', 'PAR', 'SIN']) await host.client.removeChain({ chain, cityNode });
    expect(await host.client.listPeers()).toEqual([]);
    expect(await host.client.listAccessKeys()).toEqual([]);
    expect((await rpc(host, 'PAR', chain, text, 'eth_chainId')).status).toBe(404);
    expect((await errorOf(host.client.peerStatus(sin))).code).toBe('NOT_FOUND');
  });

  it('give each block’s certificate, which anybody can check with the peers’ public keys alone', async () => {
    const host = await startHost(['SIN', 'PAR']);
    const { chain, chainId, input } = await openTestChain([[host, 'SIN'], [host, 'PAR']]);
    const { text } = await host.makeKey(chain);
    await rpc(host, 'SIN', chain, text, 'eth_sendRawTransaction', [await sender(chainId).next()]);
    await host.client.waitForHeight({ chain, cityNode: 'PAR' }, 0);
    for (const cityNode of ['SIN', 'PAR']) {
      const certificate = await host.client.blockCertificate({ chain, cityNode }, 1);
      expect(certificate).toMatchObject({ height: 1, finality: 'solo', quorum: 1, validators: 1, proposer: 'SIN', signatures: [{ name: 'SIN', publicKey: input.peers[0]?.publicKey }] });
      expect(certificate.signatures.map(({ publicKey, signature }) => isSignature(finalityStatement(chain, certificate), publicKey, signature))).toEqual([true]);
      expect(certificate.signatures.map(({ publicKey, signature }) => isSignature(finalityStatement(chain, { ...certificate, height: 2 }), publicKey, signature))).toEqual([false]);
    }
    for (const height of [0, 2]) expect((await errorOf(host.client.blockCertificate({ chain, cityNode: 'SIN' }, height))).code).toBe('NOT_FOUND');
    expect((await errorOf(host.client.blockCertificate({ chain: 'moss-1', cityNode: 'SIN' }, 1))).code).toBe('NOT_FOUND');
  });

  it('answers writes at a stopped peer with its reason, and reads as ever', async () => {
    const host = await startHost(['SIN']);
    const { chain, chainId } = await openTestChain([[host, 'SIN']]);
    const { text } = await host.makeKey(chain);
    await host.client.stopChain({ chain, cityNode: 'SIN' }, 'the rent was not paid');
    const refused = await rpc(host, 'SIN', chain, text, 'eth_sendRawTransaction', [await sender(chainId).next()]);
    expect(refused).toMatchObject({ status: 503, error: { message: expect.stringContaining('the rent was not paid') } });
    expect(await rpc(host, 'SIN', chain, text, 'eth_blockNumber')).toMatchObject({ status: 200, result: '0x0' });
  });

  it('deploys a contract package once, whatever is repeated and whenever the process dies', async () => {
    const host = await startHost(['SIN', 'PAR']);
    const { chain } = await openTestChain([[host, 'SIN'], [host, 'PAR']]);
    const peer = { chain, cityNode: 'SIN' };
    const { abi, bytecode } = compileTill();
    const data = encodeDeployData({ abi, bytecode, args: [5n] });
    const attempt = host.client.deploy(peer, data).catch((error: unknown) => error);
    await sleep(30);
    await host.end('SIGKILL');
    await attempt;
    await host.resume();
    const first = await host.client.deploy(peer, data);
    expect(first).toMatchObject({ succeeded: true, height: 1, contractAddress: expect.stringMatching(/^0x[0-9a-f]{40}$/) });
    expect(await host.client.deploy(peer, data)).toEqual(first);
    expect((await errorOf(host.client.deploy(peer, `${data}00`))).code).toBe('CONFLICT');
    expect((await errorOf(host.client.deploy({ chain, cityNode: 'PAR' }, data))).code).toBe('UNSUPPORTED');
    expect(await host.client.rpc(peer, 'eth_blockNumber', [])).toBe('0x1');
    expect(await host.client.waitForHeight({ chain, cityNode: 'PAR' }, 0)).toBe(1);
    expect(await host.client.rpc({ chain, cityNode: 'PAR' }, 'eth_getCode', [first.contractAddress, 'latest'])).toMatch(/^0x60/);
  });

  it('says why a contract package fails in its constructor', async () => {
    const host = await startHost(['SIN']);
    const { chain } = await openTestChain([[host, 'SIN']]);
    const { abi, bytecode } = compileTill();
    const result = await host.client.deploy({ chain, cityNode: 'SIN' }, encodeDeployData({ abi, bytecode, args: [5_000n] }));
    expect(result).toMatchObject({ succeeded: false, reason: expect.stringContaining('start is too high') });
    expect(await host.client.deploy({ chain, cityNode: 'SIN' }, encodeDeployData({ abi, bytecode, args: [5_000n] }))).toEqual(result);
  });

  it('refuses bytecode that is no hex, too long for a contract, or too long for a call, and can deploy afterwards', async () => {
    const host = await startHost(['SIN']);
    const { chain } = await openTestChain([[host, 'SIN']]);
    const peer = { chain, cityNode: 'SIN' };
    for (const data of ['0xzz', '6001', '0x600', '0x', `0x${'00'.repeat(200_000)}`]) expect((await errorOf(host.client.deploy(peer, data))).code, data.slice(0, 10)).toBe('INVALID_INPUT');
    expect(await errorOf(host.client.deploy(peer, `0x${'00'.repeat(49_153)}`))).toMatchObject({ code: 'INVALID_INPUT', publicMessage: expect.stringContaining('initcode') });
    // Nothing was sent, so nothing was deployed: another package may be.
    const { abi, bytecode } = compileTill();
    expect(await host.client.deploy(peer, encodeDeployData({ abi, bytecode, args: [5n] }))).toMatchObject({ succeeded: true });
  });

  it('answers reads for the explorer and refuses to send by that way', async () => {
    const host = await startHost(['SIN']);
    const { chain } = await openTestChain([[host, 'SIN']]);
    const peer = { chain, cityNode: 'SIN' };
    expect(await host.client.rpc(peer, 'eth_getBlockByNumber', ['0x0', false])).toMatchObject({ number: '0x0' });
    expect((await errorOf(host.client.rpc(peer, 'eth_sendRawTransaction', ['0x00']))).code).toBe('UNSUPPORTED');
    const error = await errorOf(host.client.rpc(peer, 'eth_getBlockByNumber', ['nonsense', false]));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: { fields: { rpc: expect.stringContaining('argument 0') } } });
    // A peer that is in use is named in full each time; a token of nobody gets all.
    const { token, ...all } = await host.client.changedPeers();
    expect(all).toMatchObject({ areAll: true, inUse: [{ chain, cityNode: 'SIN', state: 'running', orders: true }], atRest: [] });
    expect(await host.client.changedPeers(token)).toMatchObject({ areAll: false, inUse: [{ chain }] });
    expect(await host.client.changedPeers('another-process.1')).toMatchObject({ areAll: true });
    await host.client.removeChain({ chain: (await openTestChain([[host, 'SIN']])).chain, cityNode: 'SIN' });
    expect(await host.client.changedPeers(token)).toMatchObject({ areAll: true, inUse: [{ chain }] });
    const report = await host.client.report();
    expect(report.memoryRssBytes).toBeGreaterThan(10e6);
    expect(report.memoryAnonymousBytes).toBeLessThan(report.memoryRssBytes);
    expect(report.cityNodes).toEqual([{ code: 'SIN', peers: 1, storageBytes: expect.any(Number), syncs: expect.any(Number) }]);
  });
});

describe('sub-chains of one city node', () => {
  it('do not wait for a neighbour whose contracts loop, in blocks and in calls', async () => {
    const host = await startHost(['SIN']);
    const [loud, quiet] = [await openTestChain([[host, 'SIN']]), await openTestChain([[host, 'SIN']])];
    const [loudKey, quietKey] = [(await host.makeKey(loud.chain)).text, (await host.makeKey(quiet.chain)).text];
    const account = privateKeyToAccount(generatePrivateKey());
    // JUMPDEST, PUSH1 0, JUMP: as creation code it burns all the gas of the transaction.
    const looping = await Promise.all([0, 1, 2].map((nonce) => account.signTransaction({ chainId: loud.chainId, nonce, gas: 30_000_000n, data: '0x5b600056', maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, type: 'eip1559' })));
    const { next } = sender(quiet.chainId);
    await rpc(host, 'SIN', quiet.chain, quietKey, 'eth_sendRawTransaction', [await next()]);
    const order: string[] = [];
    const noise = [
      ...looping.map((raw) => rpc(host, 'SIN', loud.chain, loudKey, 'eth_sendRawTransaction', [raw])),
      ...Array.from({ length: 20 }, () => rpc(host, 'SIN', loud.chain, loudKey, 'eth_call', [{ data: '0x5b600056' }, 'latest'])),
    ].map((answer) => answer.then(() => order.push('loud')));
    await sleep(100);
    for (let sent = 0; sent < 3; sent++) {
      expect(await rpc(host, 'SIN', quiet.chain, quietKey, 'eth_sendRawTransaction', [await next()])).toMatchObject({ status: 200, result: expect.any(String) });
      expect(await rpc(host, 'SIN', quiet.chain, quietKey, 'eth_blockNumber')).toMatchObject({ result: `0x${(sent + 2).toString(16)}` });
      order.push('quiet');
    }
    expect(order).toEqual(['quiet', 'quiet', 'quiet']);
    await Promise.all(noise);
  });
});

describe('quotas at the door of a process', () => {
  it('hold over a restart, are lifted by new limits, and end with the paid time', async () => {
    const host = await startHost(['SIN']);
    const { chain, chainId, input } = await openTestChain([[host, 'SIN']], { requestsPerPeriod: 6, transactionsPerPeriod: 2 });
    const peer = { chain, cityNode: 'SIN' };
    const { text } = await host.makeKey(chain);
    const { next } = sender(chainId);
    const send = async () => rpc(host, 'SIN', chain, text, 'eth_sendRawTransaction', [await next()]);
    expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
    expect(await send()).toMatchObject({ status: 403, error: { message: expect.stringContaining('quota of 2 transactions') } });
    expect(await host.end('SIGTERM')).toBe(0);
    await host.resume();
    expect(await send()).toMatchObject({ status: 403, error: { message: expect.stringContaining('quota of 2 transactions') } });
    expect((await rpc(host, 'SIN', chain, text, 'eth_chainId')).status).toBe(200);
    expect((await rpc(host, 'SIN', chain, text, 'eth_chainId')).status).toBe(200);
    expect(await rpc(host, 'SIN', chain, text, 'eth_chainId')).toMatchObject({ status: 403, error: { message: expect.stringContaining('quota of 6 requests') } });
    await host.client.setLimits(peer, { ...input.limits, requestsPerPeriod: 100, transactionsPerPeriod: 100 });
    // A late repetition of the first call takes nothing back.
    await host.client.openChain(peer, input);
    expect((await rpc(host, 'SIN', chain, text, 'eth_chainId')).status).toBe(200);
    await host.client.setLimits(peer, { ...input.limits, requestsPerPeriod: 100, transactionsPerPeriod: 100, writableUntilMs: Date.now() - 1 });
    expect(await send()).toMatchObject({ status: 403, error: { message: expect.stringContaining('read-only since') } });
    expect((await rpc(host, 'SIN', chain, text, 'eth_chainId')).status).toBe(200);
  });

  it('count a transaction once, however often and at whichever door it is handed in', async () => {
    const [orders, follows] = await Promise.all([startHost(['SIN'], 'host_orders'), startHost(['PAR'], 'host_follows')]);
    const { chain, chainId } = await openTestChain([[orders, 'SIN'], [follows, 'PAR']]);
    const { record, text } = await orders.makeKey(chain);
    await follows.client.putAccessKey(record);
    const { next } = sender(chainId);
    const [first, skipped, held] = [await next(), await next(), await next()];
    const hand = (host: TestHost, raw: string) => rpc(host, host === orders ? 'SIN' : 'PAR', chain, text, 'eth_sendRawTransaction', [raw]);
    const same = await Promise.all([hand(orders, first), hand(orders, first), hand(orders, first)]);
    // Those that come while it is under way share its answer; one that comes after its block is refused for its nonce.
    expect(new Set(same.flatMap(({ result }) => result ?? [])).size).toBe(1);
    for (const { result, error } of same) expect(result ?? error?.message).toMatch(/^0x[0-9a-f]{64}$|nonce too low/);
    for (const host of [orders, follows, follows]) expect((await hand(host, held)).status).toBe(200);
    expect((await hand(follows, skipped)).status).toBe(200);
    const counted = () => Promise.all([orders, follows].map(async (host) => (await host.client.meters({ after: 0 })).records.reduce((sum, record) => sum + record.transactions, 0)));
    await expect.poll(counted, { timeout: 15_000 }).toEqual([2, 1]);
    // One that counted more would flush the rest now.
    await sleep(1_500);
    expect(await counted()).toEqual([2, 1]);
  });

  it('are counted in meters that the portal adds up to what was sent, over a kill -9', async () => {
    const host = await startHost(['SIN']);
    const { chain } = await openTestChain([[host, 'SIN']]);
    const { text } = await host.makeKey(chain);
    let sum = 0;
    let after = 0;
    const pull = async () => {
      const page = await host.client.meters({ after });
      for (const record of page.records) sum += record.requests;
      after = page.records.at(-1)?.sequence ?? after;
      await host.client.acknowledgeMeters(after);
    };
    for (let index = 0; index < 20; index++) await rpc(host, 'SIN', chain, text, 'eth_chainId');
    await expect.poll(() => pull().then(() => sum), { timeout: 15_000 }).toBe(20);
    for (let index = 0; index < 5; index++) await rpc(host, 'SIN', chain, text, 'eth_chainId');
    await host.end('SIGKILL');
    await host.resume();
    await pull();
    expect(sum).toBeLessThanOrEqual(25);
    for (let index = 0; index < 5; index++) await rpc(host, 'SIN', chain, text, 'eth_chainId');
    const beforeEnd = sum;
    await host.end('SIGTERM');
    await host.resume();
    await pull();
    expect(sum - beforeEnd).toBe(5);
    expect((await host.client.meters({ after })).records).toEqual([]);
  });
});

describe('the end of a process', () => {
  it('by kill -9 loses no acknowledged transaction, no key and no sub-chain', async () => {
    const host = await startHost(['SIN', 'PAR', 'NRT']);
    const chains = await Promise.all(Array.from({ length: 5 }, () => openTestChain([[host, 'SIN'], [host, 'PAR'], [host, 'NRT']])));
    const lanes = await Promise.all(chains.map(async ({ chain, chainId }) => ({ chain, chainId, key: (await host.makeKey(chain)).text, sender: sender(chainId), acknowledged: [] as Hex[] })));
    for (let round = 0; round < 3; round++) {
      let killed = false;
      const work = lanes.map(async (lane, index) => {
        while (!killed) {
          const raw = await lane.sender.next();
          const door = ['SIN', 'PAR', 'NRT'][index % 3] ?? 'SIN';
          const answer = await rpc(host, door, lane.chain, lane.key, 'eth_sendRawTransaction', [raw]).catch(() => undefined);
          if (answer?.result !== keccak256(raw)) {
            if (!killed) throw new Error(`refused: ${JSON.stringify(answer)}`);
            return;
          }
          lane.acknowledged.push(keccak256(raw));
        }
      });
      const before = lanes.map((lane) => lane.acknowledged.length);
      await sleep(400);
      // Under load, however slow the machine is.
      await expect.poll(() => lanes.every((lane, index) => lane.acknowledged.length >= (before[index] ?? 0) + 2), { timeout: 20_000 }).toBe(true);
      killed = true;
      await host.end('SIGKILL');
      await Promise.all(work);
      await host.resume();
      for (const lane of lanes) {
        for (const cityNode of ['SIN', 'PAR', 'NRT']) {
          const seen = await Promise.all(lane.acknowledged.map((hash) => rpc(host, cityNode, lane.chain, lane.key, 'eth_getTransactionReceipt', [hash])));
          expect(seen.filter((answer) => !answer.result), `${lane.chain} at ${cityNode}`).toEqual([]);
        }
        // What was not acknowledged may or may not be there: the sender asks, as a wallet does.
        lane.sender = sender(lane.chainId);
      }
    }
    expect(Math.min(...lanes.map((lane) => lane.acknowledged.length))).toBeGreaterThan(3);
    expect(await host.client.listPeers()).toHaveLength(15);
    for (const { chain } of lanes) {
      const heads = (await host.client.listPeers()).filter((peer) => peer.chain === chain).map((peer) => peer.headHash);
      expect(new Set(heads).size, chain).toBe(1);
    }
  });

  it('by SIGTERM answers what is in flight, then ends with 0', async () => {
    const host = await startHost(['SIN']);
    const { chain, chainId } = await openTestChain([[host, 'SIN']]);
    const { text } = await host.makeKey(chain);
    const lanes = Array.from({ length: 40 }, () => sender(chainId));
    const raws = await Promise.all(lanes.map((lane) => lane.next()));
    const answers = raws.map((raw) => rpc(host, 'SIN', chain, text, 'eth_sendRawTransaction', [raw]));
    await Promise.race(answers);
    const ended = host.end('SIGTERM');
    const settled = await Promise.allSettled(answers);
    expect(await ended).toBe(0);
    const acknowledged = settled.flatMap((one, index) => (one.status === 'fulfilled' && one.value.result ? [keccak256(raws[index] ?? '0x')] : []));
    expect(settled.filter((one) => one.status === 'fulfilled' && one.value.error)).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(0);
    await host.resume();
    for (const hash of acknowledged) expect((await rpc(host, 'SIN', chain, text, 'eth_getTransactionReceipt', [hash])).result).toBeTruthy();
  });
});

describe('a peer whose state was tampered with', () => {
  it('stops itself at the next block and says why, while the others go on', async () => {
    const host = await startHost(['SIN', 'PAR', 'NRT']);
    const { chain, chainId } = await openTestChain([[host, 'SIN'], [host, 'PAR'], [host, 'NRT']]);
    const { text } = await host.makeKey(chain);
    const { next } = sender(chainId);
    const send = async () => (await rpc(host, 'SIN', chain, text, 'eth_sendRawTransaction', [await next()])).status;
    expect(await send()).toBe(200);
    expect(await host.client.waitForHeight({ chain, cityNode: 'PAR' }, 0)).toBe(1);
    await host.end('SIGTERM');
    await tamperWithState(path.join(host.directory, 'PAR', 'index'));
    await host.resume();
    expect(await send()).toBe(200);
    await expect.poll(async () => (await host.client.peerStatus({ chain, cityNode: 'PAR' })).state, { timeout: 10_000 }).toBe('stopped');
    const { problem = '' } = await host.client.peerStatus({ chain, cityNode: 'PAR' });
    expect(problem).toMatch(/^Block 2 cannot be executed: an entry of the index is not the one that was written\.$/);
    // What it holds may be wrong, so it answers nothing any more, and says where to go.
    expect(await rpc(host, 'PAR', chain, text, 'eth_blockNumber')).toMatchObject({ status: 503, error: { message: expect.stringContaining(`stopped itself. ${problem} Use another city node`) } });
    expect((await errorOf(host.client.rpc({ chain, cityNode: 'PAR' }, 'eth_blockNumber', []))).code).toBe('UNAVAILABLE');
    expect(await send()).toBe(200);
    expect(await host.client.waitForHeight({ chain, cityNode: 'NRT' }, 2)).toBe(3);
    const states = Object.fromEntries((await host.client.listPeers()).map((peer) => [peer.cityNode, [peer.state, peer.height]]));
    expect(states).toEqual({ SIN: ['running', 3], PAR: ['stopped', 1], NRT: ['running', 3] });
    // It stays stopped over a restart: nobody has looked at it yet.
    await host.end('SIGKILL');
    await host.resume();
    expect((await host.client.peerStatus({ chain, cityNode: 'PAR' })).state).toBe('stopped');
  });

  /** Changes a byte of every state value behind the engine's back. */
  async function tamperWithState(directory: string): Promise<void> {
    const database = lmdb<Buffer, Buffer>({ path: directory, keyEncoding: 'binary', encoding: 'binary', noSubdir: false });
    const entries = Array.from(database.getRange({ start: Buffer.from('S'), end: Buffer.from('T') }), ({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) }));
    expect(entries.length).toBeGreaterThan(0);
    for (const { key, value } of entries) {
      value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
      await database.put(key, value);
    }
    await database.close();
  }
});

describe('a peer whose copy on disk was damaged', () => {
  it('says so to everybody without a place on its host, and names the place in the log alone', async () => {
    const host = await startHost(['SIN', 'PAR']);
    const { chain, chainId } = await openTestChain([[host, 'SIN'], [host, 'PAR']]);
    const { text } = await host.makeKey(chain);
    const { next } = sender(chainId);
    const send = async () => (await rpc(host, 'SIN', chain, text, 'eth_sendRawTransaction', [await next()])).status;
    expect(await send()).toBe(200);
    expect(await host.client.waitForHeight({ chain, cityNode: 'PAR' }, 0)).toBe(1);
    await host.end('SIGTERM');
    const segment = await damageLog(path.join(host.directory, 'PAR'));
    await host.resume();

    const problem = 'Its stored data cannot be opened: the stored bytes are not those that were written.';
    const par: PeerName = { chain, cityNode: 'PAR' };
    expect(await host.client.peerStatus(par)).toMatchObject({ state: 'stopped', problem });
    expect(await rpc(host, 'PAR', chain, text, 'eth_blockNumber')).toMatchObject({ status: 503, error: { message: expect.stringContaining(`stopped itself. ${problem} Use another city node`) } });
    const answers = await Promise.all([
      host.client.listPeers(),
      rpc(host, 'PAR', chain, text, 'eth_sendRawTransaction', [await next()]),
      errorOf(host.client.rpc(par, 'eth_blockNumber', [])).then(({ message, publicMessage }) => ({ message, publicMessage })),
      errorOf(host.client.startChain(par)).then(({ message, publicMessage }) => ({ message, publicMessage })),
    ]);
    expect(JSON.stringify(answers)).not.toMatch(/segment-|offset|\.log"/);
    expect(JSON.stringify(answers)).not.toContain(host.directory);
    expect(host.output).toContain(`file ${segment}, offset `);
    expect((await host.client.peerStatus({ chain, cityNode: 'SIN' })).state).toBe('running');
  });

  /** Turns bytes all over the log behind its head; answers the file. */
  async function damageLog(directory: string): Promise<string> {
    const [name = ''] = (await readdir(directory)).filter((entry) => entry.startsWith('segment-'));
    const file = path.join(directory, name);
    const bytes = await readFile(file);
    for (let at = 128; at < bytes.length; at += 64) bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(file, bytes);
    return file;
  }
});

describe('two processes with one city node of a sub-chain each', () => {
  it('forward writes, follow blocks, and catch up after either was away', async () => {
    const one = await startHost(['SIN'], 'host_one');
    const two = await startHost(['PAR'], 'host_two');
    const { chain, chainId } = await openTestChain([[one, 'SIN'], [two, 'PAR']]);
    const key = makeAccessKey(chain);
    await Promise.all([one, two].map((host) => host.client.putAccessKey(key.record)));
    const { next, address } = sender(chainId);
    const count = async (host: TestHost, cityNode: string) => (await rpc(host, cityNode, chain, key.text, 'eth_getTransactionCount', [address, 'latest'])).result;

    // At the follower's door: ordered by the other process, and visible here when it is answered.
    expect((await rpc(two, 'PAR', chain, key.text, 'eth_sendRawTransaction', [await next()])).status).toBe(200);
    expect(await count(two, 'PAR')).toBe('0x1');
    expect(await count(one, 'SIN')).toBe('0x1');

    // At the ordering peer's door: the follower hears the bell.
    await rpc(one, 'SIN', chain, key.text, 'eth_sendRawTransaction', [await next()]);
    expect(await two.client.waitForHeight({ chain, cityNode: 'PAR' }, 1)).toBe(2);

    // The framework's refusal comes through unchanged.
    const refused = await rpc(two, 'PAR', chain, key.text, 'eth_sendRawTransaction', [await privateKeyToAccount(generatePrivateKey()).signTransaction({ chainId: 1, nonce: 0, gas: 21_000n, to: address, maxFeePerGas: 0n, type: 'eip1559' })]);
    expect(refused).toMatchObject({ status: 200, error: { code: -32000, message: expect.stringContaining('chain id') } });

    // The follower was away: it is told again until it hears.
    await two.end('SIGKILL');
    await rpc(one, 'SIN', chain, key.text, 'eth_sendRawTransaction', [await next()]);
    await two.resume();
    expect(await two.client.waitForHeight({ chain, cityNode: 'PAR' }, 2)).toBe(3);

    // The ordering peer is away: reads go on, writes say so and heal.
    await one.end('SIGKILL');
    expect(await count(two, 'PAR')).toBe('0x3');
    const raw = await next();
    expect(await rpc(two, 'PAR', chain, key.text, 'eth_sendRawTransaction', [raw])).toMatchObject({ status: 503, error: { message: expect.stringMatching(/cannot be reached/) } });
    await one.resume();
    expect((await rpc(two, 'PAR', chain, key.text, 'eth_sendRawTransaction', [raw])).status).toBe(200);
    expect(await count(two, 'PAR')).toBe('0x4');
    const heads = await Promise.all([one.client.peerStatus({ chain, cityNode: 'SIN' }), two.client.peerStatus({ chain, cityNode: 'PAR' })]);
    expect(heads[0].headHash).toBe(heads[1].headHash);
    expect(heads.map((head) => head.orders)).toEqual([true, false]);
  });
});

describe('a follower that missed blocks while every bell of them was lost', () => {
  /** A sub-chain whose follower was down while blocks were made, both processes ended after that. */
  async function lagging() {
    const one = await startHost(['SIN'], 'host_one');
    const two = await startHost(['PAR'], 'host_two');
    const { chain, chainId } = await openTestChain([[one, 'SIN'], [two, 'PAR']]);
    const idle = await openTestChain([[one, 'SIN'], [two, 'PAR']]);
    const key = makeAccessKey(chain);
    await one.client.putAccessKey(key.record);
    const { next } = sender(chainId);
    await two.end('SIGKILL');
    for (let made = 0; made < 3; made += 1) expect((await rpc(one, 'SIN', chain, key.text, 'eth_sendRawTransaction', [await next()])).status).toBe(200);
    await one.end('SIGKILL');
    return { one, two, chain, idle: idle.chain };
  }
  const height = async (host: TestHost, chain: string) => (await host.client.peerStatus({ chain, cityNode: 'PAR' })).height;

  it('catches up without any further write when it starts after its ordering peer', async () => {
    const { one, two, chain, idle } = await lagging();
    await one.resume();
    await two.resume();
    await vi.waitFor(async () => expect(await height(two, chain)).toBe(3), { timeout: 20_000, interval: 50 });
    expect(await height(two, idle)).toBe(0);
  });

  it('catches up without any further write when its ordering peer comes back last', async () => {
    const { one, two, chain } = await lagging();
    await two.resume();
    expect(await height(two, chain)).toBe(0);
    await one.resume();
    await vi.waitFor(async () => expect(await height(two, chain)).toBe(3), { timeout: 20_000, interval: 50 });
  });
});

describe('a process that cannot start', () => {
  const writeJoin = (host: TestHost, join: object) => writeFile(path.join(host.directory, 'join.json'), JSON.stringify(join), { mode: 0o600 });

  it.each<[string, (host: TestHost) => Promise<unknown>, RegExp]>([
    ['its directory is open in another process', (host) => host.resume(), /is open in process \d+|in use|locked/i],
    ['join.json is missing', (host) => rm(path.join(host.directory, 'join.json')), /join this host at the portal first/],
    ['join.json lacks a field', (host) => writeJoin(host, { hostId: 'a' }), /join\.json is not complete[^]*secret/],
    ['join.json is no JSON', (host) => writeFile(path.join(host.directory, 'join.json'), `{"secret":"${host.join.secret}"`), /join\.json is not JSON/],
    ['join.json is readable by others', (host) => chmod(path.join(host.directory, 'join.json'), 0o644), /chmod 600/],
    [
      'two of its files are damaged, and which',
      (host) => Promise.all(['register.journal', 'meters.journal'].map((name) => writeFile(path.join(host.directory, name), 'no line\nof a journal\n'))),
      // The log and the last word come by two pipes: either may be read first.
      /^(?=[^]*meters\.journal is damaged at byte 0)(?=[^]*register\.journal is damaged at byte 0)/,
    ],
  ])('says that %s, and shows no secret', async (_, spoil, message) => {
    const host = await prepareHost(['SIN']);
    await spoil(host);
    const { code, output } = await host.startInVain();
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output).not.toContain(host.join.secret);
  });

  it('says which port is taken', async () => {
    const [host, other] = [await startHost(['SIN']), await prepareHost(['PAR'])];
    for (const door of ['gateway', 'control', 'channel'] as const) {
      await writeJoin(other, { ...other.join, [door]: host.join.control });
      expect(await other.startInVain()).toMatchObject({ code: 1, output: expect.stringMatching(new RegExp(`${door}.*: 127\\.0\\.0\\.1:${host.join.control.port} is taken`)) });
    }
  });
});

describe('what a host keeps', () => {
  it('holds no secret in plain text: not the deployer’s or peers’ keys, not an access key', async () => {
    const host = await startHost(['SIN']);
    const { chain } = await openTestChain([[host, 'SIN']]);
    const { secret } = await host.makeKey(chain);
    const { abi, bytecode } = compileTill();
    await host.client.deploy({ chain, cityNode: 'SIN' }, encodeDeployData({ abi, bytecode, args: [5n] }));
    await host.end('SIGTERM');
    const register = await readFile(path.join(host.directory, 'register.journal'), 'utf8');
    expect(register).toContain(chain);
    for (const text of [secret, host.join.secret]) expect(register + host.output).not.toContain(text);
  });

  it('does not answer without a signature, or with another host’s', async () => {
    const host = await startHost(['SIN']);
    expect((await fetch(`${host.controlUrl}/v1/peers`)).status).toBe(401);
    const stranger = createControlClient({ controlUrl: host.controlUrl, secret: randomBytes(32).toString('base64'), hostId: host.join.hostId });
    expect((await errorOf(stranger.listPeers())).code).toBe('UNAUTHENTICATED');
  });
});
