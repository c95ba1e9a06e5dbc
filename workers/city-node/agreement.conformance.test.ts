import { createPublicKey, verify } from 'node:crypto';
import { FetchRequest, JsonRpcProvider, NonceManager, Wallet } from 'ethers';
import { createPublicClient, createWalletClient, defineChain, http } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestChain, TestHost } from '@/lib/gateway/testing';
import type { BlockCertificate, OpenChain } from '@/lib/control';

/** Unmodified clients on sub-chains whose city nodes agree: every one of them takes transactions, a quorum signs. */

const cityNodes = ['SIN', 'PAR', 'NRT', 'SYD'];
let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start(cityNodes);
}, 60_000);
afterAll(() => host.remove());

function viemAt(chain: string, chainId: number, cityNode: string, key: string) {
  const url = host.endpoint(cityNode, chain);
  const viemChain = defineChain({ id: chainId, name: chain, nativeCurrency: { name: 'none', symbol: 'N', decimals: 18 }, rpcUrls: { default: { http: [url] } } });
  const shared = { chain: viemChain, transport: http(url, { retryCount: 0, fetchOptions: { headers: { authorization: `Bearer ${key}` } } }), pollingInterval: 50, cacheTime: 0 };
  const account = privateKeyToAccount(generatePrivateKey());
  return { account, reader: createPublicClient(shared), writer: createWalletClient({ ...shared, account }) };
}

/** The signed statement from its description in docs/consensus.md, not by the engine. */
function statementOf(chain: string, { height, round, hash }: BlockCertificate): Buffer {
  const text = (value: string) => Buffer.concat([number(value.length, 4), Buffer.from(value)]);
  const number = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  };
  return Buffer.concat([text('chainworks/finality/1'), text(chain), number(height, 6), number(round, 4), Buffer.from(hash, 'hex')]);
}

describe.each([
  ['crash', 3, 2],
  ['byzantine', 4, 3],
] as const)('a sub-chain with %s finality over %i city nodes', (finality, count, quorum) => {
  const places = cityNodes.slice(0, count);
  let chain: string;
  let chainId: number;
  let key: string;
  let input: OpenChain;
  beforeAll(async () => {
    ({ chain, chainId, input } = await openTestChain(places.map((cityNode) => [host, cityNode]), {}, finality));
    key = (await host.makeKey(chain)).text;
  });

  it('takes viem’s transactions at each city node and shows them at every other', async () => {
    for (const cityNode of places) {
      const { writer, reader, account } = viemAt(chain, chainId, cityNode, key);
      const hash = await writer.sendTransaction({ to: account.address, value: 0n });
      const receipt = await reader.waitForTransactionReceipt({ hash });
      expect(receipt.status).toBe('success');
      for (const other of places) {
        const elsewhere = viemAt(chain, chainId, other, key).reader;
        expect((await elsewhere.waitForTransactionReceipt({ hash })).blockHash).toBe(receipt.blockHash);
      }
    }
  });

  it('certifies each block with a quorum whose signatures verify from the description alone', async () => {
    const { height } = await host.client.peerStatus({ chain, cityNode: 'PAR' });
    const keys = new Map(input.peers.map((peer) => [peer.cityNode, peer.publicKey]));
    for (let at = 1; at <= height; at += 1) {
      const certificate = await host.client.blockCertificate({ chain, cityNode: 'PAR' }, at);
      expect(certificate).toMatchObject({ finality, quorum, validators: count });
      expect(new Set(certificate.signatures.map(({ name }) => name)).size).toBeGreaterThanOrEqual(quorum);
      for (const { name, publicKey, signature } of certificate.signatures) {
        expect(publicKey).toBe(keys.get(name));
        const signer = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
        expect(verify('sha256', statementOf(chain, certificate), { key: signer, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64'))).toBe(true);
      }
    }
  });

  it('gives ethers the confirmations that it waits for, though nobody else writes', async () => {
    const request = new FetchRequest(host.endpoint(places[1]!, chain));
    request.setHeader('x-api-key', key);
    const provider = new JsonRpcProvider(request, undefined, { pollingInterval: 100, cacheTimeout: -1 });
    const wallet = new NonceManager(Wallet.createRandom().connect(provider));
    const sent = await wallet.sendTransaction({ to: '0x00000000000000000000000000000000000000c0', value: 0n });
    const receipt = await sent.wait(3, 30_000);
    expect(await receipt?.confirmations()).toBeGreaterThanOrEqual(3);
    provider.destroy();
  });

  it('takes a burst at all city nodes at once: each transaction in one block, the same everywhere', async () => {
    const clients = places.map((cityNode) => viemAt(chain, chainId, cityNode, key));
    const hashes = await Promise.all(
      clients.flatMap(({ writer, account }) => Array.from({ length: 20 }, (_, nonce) => writer.sendTransaction({ to: account.address, value: 0n, nonce, gas: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n }))),
    );
    const receipts = await Promise.all(hashes.map((hash) => clients[0]!.reader.waitForTransactionReceipt({ hash })));
    expect(new Set(receipts.map(({ blockNumber, transactionIndex }) => `${blockNumber}/${transactionIndex}`)).size).toBe(20 * count);
    for (const { reader } of clients) expect((await reader.waitForTransactionReceipt({ hash: hashes[0]! })).blockHash).toBe(receipts[0]!.blockHash);
  });

  it('tells how it agrees: rules, votes, no evidence', async () => {
    for (const cityNode of places) {
      const status = await host.client.peerStatus({ chain, cityNode });
      expect(status).toMatchObject({ state: 'running', orders: true, finality, validators: count, quorum, evidence: [], consensus: { step: 'idle', lastVote: { kind: 'precommit' } } });
    }
  });
});
