import { encodeDeployData, encodeFunctionData, getContractAddress, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, describe, expect, it } from 'vitest';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import type { EthereumFramework } from '../framework';
import { compileWorkbench } from '../testing/compile-workbench';
import { TEST_CHAIN_ID, TestChain } from '../testing/test-chain';
import { createThreadedFramework } from '../testing/threaded-framework';

const { abi, bytecode } = compileWorkbench();
const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const workbench = getContractAddress({ from: account.address, nonce: 0n });
const spin = encodeFunctionData({ abi, functionName: 'spin' });
const eager = { gas: 0, ms: 0 };

async function sign(nonce: number, data: Hex, gas: bigint, to?: Hex): Promise<Uint8Array> {
  const signed = await account.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce, gas, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, data, ...(to === undefined ? {} : { to }) });
  return hexToBytes(signed.slice(2));
}

let framework: EthereumFramework | undefined;
afterEach(() => framework?.close());

/** Deploys and spins on a chain with these threads and on one without: the same blocks. */
async function expectTheSameBlocks(given: EthereumFramework): Promise<TestChain> {
  const [plain, chain] = [await TestChain.open(), await TestChain.open({}, given)];
  const deploy = await sign(0, encodeDeployData({ abi, bytecode, args: [42n] }), 3_000_000n);
  const heavy = await sign(1, spin, 2_000_000n, workbench);
  for (const transactions of [[deploy], [heavy]]) {
    const expected = await plain.seal(transactions);
    expect(await chain.seal(transactions)).toMatchObject({ ...expected });
  }
  return chain;
}

describe('heavy work where threads fail', () => {
  it('goes on on the main thread when none can be started: blocks and calls', async () => {
    framework = await createThreadedFramework({ entry: new URL('./no-such-thread.ts', import.meta.url), limits: eager });
    const chain = await expectTheSameBlocks(framework);
    await expect(chain.query('eth_call', [{ to: workbench, data: encodeFunctionData({ abi, functionName: 'values', args: [0n] }) }])).resolves.toBe(`0x${'2a'.padStart(64, '0')}`);
    expect(framework.threads().threads).toBe(0);
  });

  it('never costs a block, even one under which each thread dies; a call that ended two threads is refused', { timeout: 120_000 }, async () => {
    framework = await createThreadedFramework({ entry: new URL('../testing/dying-thread.ts', import.meta.url), limits: { gas: 40_000, ms: 0 } });
    const chain = await expectTheSameBlocks(framework);
    await expect(chain.query('eth_call', [{ to: workbench, data: spin, gas: '0x2dc6c0' }])).rejects.toMatchObject({ code: -32000, message: 'the execution was interrupted: try again' });
  });
});

describe('light work', () => {
  it('starts no thread: generous gas limits and large deployments do not make it heavy', async () => {
    framework = await createThreadedFramework({ limits: { gas: 40_000, ms: 0 } });
    const chain = await TestChain.open({}, framework);
    await chain.seal([await sign(0, encodeDeployData({ abi, bytecode, args: [42n] }), 29_000_000n)]);
    await chain.seal([await sign(1, encodeFunctionData({ abi, functionName: 'store', args: [1n, 2n] }), 29_000_000n, workbench)]);
    await chain.query('eth_estimateGas', [{ to: workbench, data: encodeFunctionData({ abi, functionName: 'context' }) }]);
    expect(framework.threads().threads).toBe(0);
  });

  it('does not become heavy by its number: a block of many transactions that are light each stays', async () => {
    framework = await createThreadedFramework({ limits: { gas: 40_000, ms: 0 } });
    const chain = await TestChain.open({}, framework);
    await chain.seal([await sign(0, encodeDeployData({ abi, bytecode, args: [42n] }), 3_000_000n)]);
    const stores = Array.from({ length: 60 }, (_, at) => sign(at + 1, encodeFunctionData({ abi, functionName: 'store', args: [BigInt(at + 1), 2n] }), 100_000n, workbench));
    const { transactions } = await chain.seal(await Promise.all(stores));
    expect(transactions).toHaveLength(60);
    expect(framework.threads().threads).toBe(0);
  });

  it('is told apart by time, too: gas that pays for storage does not make a block leave', async () => {
    // A clock that stands still: however much gas is used, it took no time.
    framework = await createThreadedFramework({ nowMs: () => 0 });
    const chain = await TestChain.open({}, framework);
    await chain.seal([await sign(0, encodeDeployData({ abi, bytecode, args: [42n] }), 3_000_000n)]);
    await chain.seal([await sign(1, encodeFunctionData({ abi, functionName: 'loop' }), 1_000_000n, workbench)]);
    expect(framework.threads().threads).toBe(0);
  });

  it('that was heavy once is tried in a thread at once the next time, and on the main thread again when it no longer is', async () => {
    let turns = 0;
    framework = await createThreadedFramework({ limits: { gas: 40_000, ms: 5 }, nowMs: () => (turns += 10) });
    const chain = await TestChain.open({}, framework);
    await chain.seal([await sign(0, encodeDeployData({ abi, bytecode, args: [42n] }), 3_000_000n)]);
    const workerMs = async (gas: bigint, nonce: number): Promise<number | undefined> => (await chain.seal([await sign(nonce, spin, gas, workbench)])).workerMs;
    expect(await workerMs(2_000_000n, 1)).toBeGreaterThan(0);
    // Far too little gas to be heavy; only the hint sends it away, and what it took there takes the hint away.
    expect(await workerMs(25_000n, 2)).toBeGreaterThan(0);
    expect(await workerMs(25_000n, 3)).toBeUndefined();
  });
});
