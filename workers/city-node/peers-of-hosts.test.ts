import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeAccessKey, openTestChain, testAuthority, TestHost } from '@/lib/gateway/testing';
import { openTestChannel, TestIdentity } from '@/lib/peer-channel/testing';
import { checkRequest, createPrivateKey256, publicKeyOf } from '@/lib/x509';

/** Real processes, each with one city node, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 180_000 });

const hosts: TestHost[] = [];
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  await Promise.all(hosts.splice(0).map((host) => host.remove()));
});

const cityNodes = ['SIN', 'PAR', 'JNB', 'HKG'] as const;

async function openHosts(count: number, finality: 'solo' | 'crash' | 'byzantine') {
  const processes = await Promise.all(cityNodes.slice(0, count).map((code) => TestHost.start([code], `host_${code.toLowerCase()}`)));
  hosts.push(...processes);
  const places = processes.map((host, at): [TestHost, string] => [host, cityNodes[at] ?? '']);
  const { chain, chainId } = await openTestChain(places, {}, finality);
  const key = makeAccessKey(chain);
  await Promise.all(processes.map((host) => host.client.putAccessKey(key.record)));
  const account = privateKeyToAccount(generatePrivateKey());
  let nonce = 0;
  const next = () => account.signTransaction({ chainId, nonce: nonce++, gas: 21_000n, to: account.address, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, type: 'eip1559' });
  const send = async (at: number, raw: string) => {
    const [host, code] = places[at] ?? [];
    if (!host || !code) throw new Error(`there is no host ${at}`);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [raw] });
    const response = await fetch(host.endpoint(code, chain), { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` }, body });
    return { status: response.status, ...((await response.json()) as { result?: string; error?: { message: string } }) };
  };
  const heights = () => Promise.all(places.map(async ([host, cityNode]) => (await host.client.peerStatus({ chain, cityNode })).height));
  const heads = () => Promise.all(places.map(async ([host, cityNode]) => (await host.client.peerStatus({ chain, cityNode })).headHash));
  return { processes, places, chain, next, send, heights, heads };
}

describe.each([
  ['crash', 3, 1],
  ['byzantine', 4, 1],
] as const)('a %s-tolerant sub-chain over %i processes', (finality, count, mayFail) => {
  it('takes transactions at every door, goes on while one process is away, and brings it up when it is back', async () => {
    const { processes, next, send, heights, heads } = await openHosts(count, finality);
    for (let at = 0; at < count; at += 1) expect(await send(at, await next())).toMatchObject({ status: 200, result: expect.stringMatching(/^0x/) });
    await vi.waitFor(async () => expect(new Set(await heights())).toEqual(new Set([count])), { timeout: 30_000, interval: 100 });
    expect(new Set(await heads()).size).toBe(1);

    const [gone] = processes.slice(-mayFail);
    await gone?.end('SIGKILL');
    for (let sent = 0; sent < 3; sent += 1) expect(await send(sent % 2, await next())).toMatchObject({ status: 200, result: expect.stringMatching(/^0x/) });
    await gone?.resume();
    // Without any further write: those that were told of blocks meanwhile tell it.
    await vi.waitFor(async () => expect(new Set(await heights())).toEqual(new Set([count + 3])), { timeout: 60_000, interval: 100 });
    expect(await send(count - 1, await next())).toMatchObject({ status: 200, result: expect.stringMatching(/^0x/) });
    await vi.waitFor(async () => expect(new Set(await heads()).size).toBe(1), { timeout: 30_000, interval: 100 });
    for (const host of processes) expect((await host.client.report()).peerChannel?.refused).toEqual({});
  });
});

describe('a host of the installation that has no peer of a sub-chain', () => {
  /** It speaks the protocol well, with a certificate of the same authority. */
  async function openStranger(hostId: string) {
    const privateKey = createPrivateKey256();
    const { chainPem } = testAuthority.issueHost({ hostId, publicKey: publicKeyOf(privateKey) });
    const identity = new TestIdentity({ chainPem, privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), rootPem: testAuthority.rootPem, crlPem: testAuthority.revocationsPem() });
    const stranger = await openTestChannel({ hostId, identity });
    closers.push(() => stranger.channel.close(0));
    return stranger;
  }

  it('gets no block and no snapshot, hands in no transaction, and neither its messages nor its announcements are heard', async () => {
    const { processes, chain } = await openHosts(2, 'solo');
    const [sin] = processes;
    if (!sin) throw new Error('two hosts were opened');
    const stranger = await openStranger('host_jnb');
    const remote = { hostId: 'host_sin', address: sin.channelAddress };
    await expect(stranger.channel.fetchBlocks(remote, { chain, cityNode: 'SIN', from: 0, limit: 10 })).rejects.toMatchObject({ reason: 'refused' });
    await expect(stranger.channel.submit(remote, { chain, cityNode: 'SIN', transaction: Uint8Array.of(1) })).rejects.toMatchObject({ reason: 'refused' });
    await expect(stranger.channel.fetchBlocks(remote, { chain: 'moss-1', cityNode: 'SIN', from: 0, limit: 10 })).rejects.toMatchObject({ reason: 'refused' });
    await expect(stranger.channel.askSnapshot(remote, { chain, cityNode: 'SIN', height: 0 })).rejects.toMatchObject({ reason: 'refused' });
    await expect(stranger.channel.fetchRange(remote, { chain, cityNode: 'SIN', height: 1, index: 0 })).rejects.toMatchObject({ reason: 'refused' });
    // In the name of a peer of another host.
    stranger.channel.send(remote, { chain, from: 'PAR', to: 'SIN' }, Uint8Array.of(1));
    stranger.channel.announce(remote, { chain, from: 'PAR', to: 'SIN' }, 1_000_000);
    stranger.channel.send(remote, { chain, from: 'JNB', to: 'PAR' }, Uint8Array.of(1));
    await vi.waitFor(async () => expect((await sin.client.report()).peerChannel?.refused).toEqual({ 'not-a-peer': 6, 'unknown-chain': 2 }), { timeout: 20_000 });
    expect(await sin.client.peerStatus({ chain, cityNode: 'SIN' })).toMatchObject({ state: 'running', height: 0 });
    expect((await sin.client.peerStatus({ chain, cityNode: 'SIN' })).problem).toBeUndefined();
  });

  it('cannot take the place of a host whose certificate was revoked, nor that host go on, from the moment the list is there', async () => {
    const { processes, chain, next, send } = await openHosts(2, 'solo');
    const [sin, par] = processes;
    if (!sin || !par) throw new Error('two hosts were opened');
    expect(await send(1, await next())).toMatchObject({ status: 200, result: expect.stringMatching(/^0x/) });
    const serial = (await par.client.report()).channel?.serial ?? '';
    const { request } = await sin.client.channelRequest();
    const { chainPem } = testAuthority.issueHost({ hostId: 'host_sin', publicKey: checkRequest(request) });
    await sin.client.putChannelCertificate({ chain: chainPem, root: testAuthority.rootPem, revocations: testAuthority.revocationsPem({ number: 2, revoked: [{ serial }] }) });
    await vi.waitFor(async () => expect((await sin.client.report()).peerChannel).toMatchObject({ refused: { revoked: expect.any(Number) as number } }), { timeout: 20_000 });
    const raw = await next();
    expect(await send(1, raw)).toMatchObject({ status: 503 });
    expect((await sin.client.peerStatus({ chain, cityNode: 'SIN' })).height).toBe(1);
    // A new certificate heals it.
    par.isCertified = false;
    await par.certify();
    await vi.waitFor(async () => expect(await send(1, raw)).toMatchObject({ status: 200, result: expect.stringMatching(/^0x/) }), { timeout: 30_000, interval: 200 });
  });
});

describe('hosts without certificates', () => {
  it('serve their own peers, do not reach each other, and do so as soon as the portal has issued them', async () => {
    const processes = await Promise.all(['SIN', 'PAR'].map((code) => TestHost.start([code], `host_${code.toLowerCase()}`)));
    hosts.push(...processes);
    const [sin, par] = processes;
    if (!sin || !par) throw new Error('two hosts were opened');
    for (const host of processes) host.isCertified = true; // nobody issues one yet
    const { chain, chainId } = await openTestChain([[sin, 'SIN'], [par, 'PAR']]);
    const { text } = await sin.makeKey(chain);
    const account = privateKeyToAccount(generatePrivateKey());
    const raw = await account.signTransaction({ chainId, nonce: 0, gas: 21_000n, to: account.address, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, type: 'eip1559' });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [raw] });
    const response = await fetch(sin.endpoint('SIN', chain), { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${text}` }, body });
    expect(await response.json()).toMatchObject({ result: expect.stringMatching(/^0x/) });
    expect((await par.client.peerStatus({ chain, cityNode: 'PAR' })).height).toBe(0);
    await Promise.all(processes.map((host) => host.certify()));
    // The announcement waited for them.
    await vi.waitFor(async () => expect((await par.client.peerStatus({ chain, cityNode: 'PAR' })).height).toBe(1), { timeout: 30_000, interval: 100 });
  });
});
