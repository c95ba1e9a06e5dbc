import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPublicClient, createWalletClient, defineChain, http, parseAbi } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { issueAccessKey, revokeAccessKey } from '@/lib/access-keys';
import { failureDomainsOf } from '@/lib/city-nodes';
import { getBlock, getLedgerPage, getTransaction, watchLedger } from '@/lib/explorer';
import { getMeters } from '@/lib/metering';
import { ringOperation } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import { beginDelete, createTestSubChain, findSubChain } from '@/lib/sub-chains';
import { finalOperation, givenCaller, givenPaidApplication, type Installation, openInstallation } from '@/lib/sub-chains/testing';

let installation: Installation;
let caller: Awaited<ReturnType<typeof givenCaller>>;

beforeAll(async () => {
  installation = await openInstallation({ cityNodes: ['TYO', 'SYD'] });
  await installation.startCityNode();
  installation.startWorker();
  caller = await givenCaller();
});
afterAll(() => installation?.close());

const owner = privateKeyToAccount(generatePrivateKey());
const erc20 = { kind: 'template', template: 'erc20', parameters: { name: 'Tide', symbol: 'TIDE', initialSupply: '1000', owner: owner.address } } as const;
const abi = parseAbi(['function transfer(address to, uint256 amount) returns (bool)', 'function balanceOf(address) view returns (uint256)', 'function decimals() view returns (uint8)']);

describe('a test sub-chain', () => {
  it('goes from one click to a token transfer by stock viem, and is shown, metered and deleted', { timeout: 60_000 }, async () => {
    const clickedMs = Date.now();
    const { applicationId, operationId } = await createTestSubChain(caller, { name: 'Tide', cityNode: 'TYO', contractPackage: erc20 });
    const operation = await finalOperation(operationId, 20_000);
    expect(operation.steps.map((step) => [step.name, step.state])).toEqual(
      ['reserve-placement', 'create-peers', 'start', 'deploy', 'smoke-transaction', 'publish-endpoint', 'notify'].map((name) => [name, 'DONE']),
    );
    process.stdout.write(`provisioned in ${Date.now() - clickedMs} ms: ${operation.steps.map((step) => `${step.name} ${step.ms}`).join(', ')}\n`);

    const subChain = await findSubChain(caller, applicationId);
    expect(subChain).toMatchObject({ state: 'RUNNING', finality: 'solo', framework: 'ethereum' });
    const { url, publicKey } = subChain?.endpoints[0] ?? {};
    expect(url).toBe(`${installation.gatewayUrl}/tyo/${subChain?.slug}`);
    expect(publicKey).toMatch(/^[A-Za-z0-9+/=]{100,}$/);

    const { key, effective, accessKey } = await issueAccessKey(caller, applicationId, { label: 'snippet' });
    expect(effective).toBe(true);
    const transport = http(url, { fetchOptions: { headers: { authorization: `Bearer ${key}` } }, retryCount: 0 });
    const chain = defineChain({ id: Number(subChain?.chainId), name: 'Tide', nativeCurrency: { name: 'Drop', symbol: 'DROP', decimals: 18 }, rpcUrls: { default: { http: [url ?? ''] } } });
    const reader = createPublicClient({ chain, transport });
    const wallet = createWalletClient({ account: owner, chain, transport });
    const address = subChain?.contractAddress as `0x${string}`;
    const to = privateKeyToAccount(generatePrivateKey()).address;
    const amount = 5n * 10n ** BigInt(await reader.readContract({ address, abi, functionName: 'decimals' }));
    const transactionHash = await wallet.writeContract({ address, abi, functionName: 'transfer', args: [to, amount] });
    expect((await reader.waitForTransactionReceipt({ hash: transactionHash, pollingInterval: 50 })).status).toBe('success');
    expect(await reader.readContract({ address, abi, functionName: 'balanceOf', args: [to] })).toBe(amount);

    const shown = await getTransaction(caller, applicationId, transactionHash);
    expect(shown).toMatchObject({ succeeded: true, from: owner.address.toLowerCase(), selector: '0xa9059cbb' });
    expect(shown.logs).toHaveLength(1);
    const page = await getLedgerPage(caller, applicationId);
    // A client that waits for confirmations may have been given empty blocks on top.
    expect(page.blocks.find((block) => block.height === shown.height)).toMatchObject({ transactionCount: 1 });
    expect((await getBlock(caller, applicationId, String(shown.height))).transactions[0]?.hash).toBe(transactionHash);
    await expect(getBlock(caller, applicationId, '999999')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const stranger = await givenCaller();
    await expect(getLedgerPage(stranger, applicationId)).rejects.toMatchObject({ code: 'NOT_FOUND' });

    await expect.poll(async () => (await getMeters(caller, applicationId)).transactions.used, { timeout: 12_000, interval: 250 }).toBeGreaterThanOrEqual(2);
    await expect.poll(async () => (await getMeters(caller, applicationId)).storage.used, { timeout: 8_000, interval: 250 }).toBeGreaterThan(0);
    expect((await getMeters(caller, applicationId)).requests).toMatchObject({ limit: 100_000 });

    const revoked = await revokeAccessKey(caller, applicationId, accessKey.id);
    expect(revoked.effective).toBe(true);
    await expect(reader.getBlockNumber({ cacheTime: 0 })).rejects.toThrow(/revoked|401/);

    const deletion = await getDb().$transaction((tx) => beginDelete(tx, { applicationId, cause: 'asked', actor: { kind: 'SYSTEM' } }));
    await ringOperation(deletion.operationId);
    expect((await finalOperation(deletion.operationId, 20_000)).state).toBe('SUCCEEDED');
    expect(await (await installation.control()).listPeers()).toEqual([]);
    expect(await getDb().application.findUnique({ where: { id: applicationId }, select: { state: true } })).toEqual({ state: 'DELETED' });
  });

  it('shows each new block to a watching page', { timeout: 30_000 }, async () => {
    const { applicationId, operationId } = await createTestSubChain(caller, { cityNode: 'SYD' });
    expect((await finalOperation(operationId, 20_000)).steps[3]?.message).toContain('no contract package');
    const { key } = await issueAccessKey(caller, applicationId, {});
    const subChain = await findSubChain(caller, applicationId);
    const reader = new AbortController();
    const pages = watchLedger(caller, applicationId, reader.signal);
    const first = (await pages.next()).value;
    const account = privateKeyToAccount(generatePrivateKey());
    const signed = await account.signTransaction({ chainId: Number(subChain?.chainId), nonce: 0, gas: 21_000n, gasPrice: 0n, to: account.address, type: 'legacy' });
    const next = pages.next();
    await fetch(subChain?.endpoints[0]?.url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [signed] }),
    });
    expect((await next).value).toMatchObject({ height: (first?.height ?? 0) + 1 });
    reader.abort();
    expect((await pages.next()).done).toBe(true);
  });
});

describe('a sub-chain over two city-node processes', () => {
  let second: Installation;
  beforeAll(async () => {
    second = await openInstallation({ cityNodes: ['SAO'] });
    await second.startCityNode();
  });
  afterAll(() => second?.close());

  it('says so, and each peer is reached at its own process', { timeout: 60_000 }, async () => {
    const { applicationId, operationId } = await givenPaidApplication(caller, { cityNodes: ['TYO', 'SYD', 'SAO'] });
    await ringOperation(operationId);
    expect((await finalOperation(operationId, 30_000)).state).toBe('SUCCEEDED');
    const subChain = await findSubChain(caller, applicationId);
    expect(subChain?.state).toBe('RUNNING');
    const hostOf = { TYO: installation.hostId, SYD: installation.hostId, SAO: second.hostId };
    expect(Object.fromEntries(subChain?.endpoints.map(({ cityNode, host }) => [cityNode, host]) ?? [])).toEqual(hostOf);
    expect(failureDomainsOf(subChain?.endpoints ?? [])).toMatchObject({ peers: 3, processes: 2, machines: 1 });
    const gateways = { TYO: installation.gatewayUrl, SYD: installation.gatewayUrl, SAO: second.gatewayUrl };
    expect(Object.fromEntries(subChain?.endpoints.map(({ cityNode, url }) => [cityNode, url.slice(0, url.indexOf('/', 8))]) ?? [])).toEqual(gateways);
    expect(new Set((await Promise.all([installation, second].map(async (one) => (await one.control()).listPeers()))).flat().map((peer) => peer.cityNode))).toEqual(new Set(['TYO', 'SYD', 'SAO']));
  });
});
