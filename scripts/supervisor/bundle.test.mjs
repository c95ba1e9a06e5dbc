import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chainId, createEthereumFramework, height, timeMs, ZERO_HASH } from '@/lib/ledger';
import { privateKeyToAccount } from 'viem/accounts';
import { bundleCityNode } from './bundle.mjs';

let directory;
beforeAll(async () => {
  directory = path.dirname((await bundleCityNode()).program);
}, 120_000);

let framework;
afterAll(() => framework?.close());

describe('the bundled program of a city node', () => {
  it('brings what its threads begin with: a block that is executed there is the block of the main thread', async () => {
    const log = [];
    const logger = { info: (fields) => void log.push(fields), warn: (fields) => void log.push(fields), error: (fields) => void log.push(fields) };
    const yieldTurn = () => new Promise((resolve) => setImmediate(resolve));
    framework = await createEthereumFramework({
      yieldTurn,
      threads: { entry: pathToFileURL(path.join(directory, 'thread.mjs')), threadsMax: 1, nowMs: () => performance.now(), schedule: () => () => undefined, logger, limits: { gas: 0, ms: 0 } },
    });
    const signed = await privateKeyToAccount(`0x${'11'.repeat(32)}`).signTransaction({ type: 'eip1559', chainId: 2 ** 40, nonce: 0, gas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, data: '0x60205f205f5500' });
    const blocks = [];
    for (const one of [framework, await createEthereumFramework({ yieldTurn })]) {
      const state = new Map();
      const instance = one.open({ chain: chainId('bundled-1'), config: one.configSchema.parse({ chainId: String(2 ** 40) }) });
      for (const { key, value } of (await instance.initGenesis({ time: timeMs(0) })).writes) state.set(Buffer.from(key).toString('hex'), value);
      const reader = { get: (key) => state.get(Buffer.from(key).toString('hex')), range: () => [] };
      const input = { height: height(1), parentHash: ZERO_HASH, time: timeMs(1_000), proposer: new Uint8Array(91), engineVersion: 1, transactions: [new Uint8Array(Buffer.from(signed.slice(2), 'hex'))], building: false };
      blocks.push(await instance.executeBlock(input, reader));
    }
    const [{ workerMs, ...there }, here] = blocks;
    expect(log).toEqual([{ note: expect.stringContaining('keccak wasm') }]);
    expect(workerMs).toBeGreaterThan(0);
    expect(there).toEqual(here);
  });
});
