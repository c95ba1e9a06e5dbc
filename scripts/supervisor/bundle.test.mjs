import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAccessKey, openTestChain, TestHost } from '@/lib/gateway/testing';
import { bundle, bundleCityNode } from './bundle.mjs';
import { projectPath } from './project.mjs';

let host;
let program;
beforeAll(async () => {
  program = await bundleCityNode();
  host = await TestHost.start(['SIN']);
}, 180_000);
afterAll(() => host.remove());

describe('the bundled city node', () => {
  it('is what tests start', () => expect(host.program).toEqual([program]));

  it('has Fabric and its sandboxes in files of their own, which nothing loads at the start', () => {
    const directory = path.dirname(program);
    const textOf = (file) => readFileSync(path.join(directory, file), 'utf8');
    // Words of an MSP, of the sandboxes, of the services.
    const words = ['is not defined on channel', 'is never run without it', '/gateway.Gateway/Evaluate'];
    const all = readdirSync(directory).filter((file) => file.endsWith('.mjs'));
    for (const word of words) expect(all.some((file) => textOf(file).includes(word)), word).toBe(true);
    for (const start of ['city-node-main.mjs', 'dedicated-main.mjs', 'thread.mjs']) {
      const loaded = new Set([start]);
      for (const file of loaded) for (const [, next] of textOf(file).matchAll(/(?:from|import)\s*"\.\/([^"]+\.mjs)"/g)) loaded.add(next);
      for (const word of words) expect([...loaded].filter((file) => textOf(file).includes(word)), `${start}: ${word}`).toEqual([]);
    }
  });

  it('executes transactions, and heavy ones in threads of its own', { timeout: 60_000 }, async () => {
    const { chain, chainId } = await openTestChain([[host, 'SIN']]);
    const key = makeAccessKey(chain);
    await host.client.putAccessKey(key.record);
    const call = async (method, ...params) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const response = await fetch(host.endpoint('SIN', chain), { method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': key.text }, body });
      return (await response.json()).result;
    };
    const account = privateKeyToAccount(`0x${'1'.padStart(64, '0')}`);
    // A constructor that jumps to its own beginning until the gas is gone.
    const loop = await account.signTransaction({ type: 'eip1559', chainId, nonce: 0, data: '0x5b600056', gas: 20_000_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
    const hash = await call('eth_sendRawTransaction', loop);
    await expect.poll(() => call('eth_getTransactionReceipt', hash), { timeout: 40_000 }).toMatchObject({ status: '0x0', gasUsed: '0x1312d00' });
    expect(host.output).toContain('a thread for heavy work has begun');
  });

  it('is not made without the files and packages that it asks for late', async () => {
    const planted = { kind: 'planted', sources: [], modules: {}, data: ['lib/peer-channel/none.proto', 'lib/peer-channel/peer-channel.proto'], packages: ['lmdb', '@grpc/none'] };
    await expect(bundle(planted)).rejects.toThrow('need what is not there: lib/peer-channel/none.proto, @grpc/none.');
    expect(existsSync(projectPath('.cache/programs/planted'))).toBe(false);
  });

  it('is made once for the same sources, whole or not at all', async () => {
    const before = readdirSync(path.dirname(program)).sort();
    expect(await bundleCityNode()).toBe(program);
    expect(readdirSync(path.dirname(program)).sort()).toEqual(before);
    expect(readdirSync(projectPath('.cache/programs/city-node')).filter((name) => name.endsWith(`.${process.pid}`))).toEqual([]);
    expect(existsSync(path.join(path.dirname(program), 'peer-channel.proto'))).toBe(true);
  });
});
