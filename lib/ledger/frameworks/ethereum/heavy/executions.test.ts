import { encodeDeployData, encodeFunctionData, getContractAddress, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import { compileWorkbench } from '../testing/compile-workbench';
import { TEST_CHAIN_ID, TestChain } from '../testing/test-chain';
import { createThreadedFramework } from '../testing/threaded-framework';
import type { EthereumFramework } from '../framework';

const { abi, bytecode } = compileWorkbench();
const accounts = ['11', '22', '33'].map((byte) => privateKeyToAccount(`0x${byte.repeat(32)}`));
const allocations = Object.fromEntries(accounts.slice(0, 2).map(({ address }) => [address.toLowerCase(), (10n ** 24n).toString()]));
const workbench = getContractAddress({ from: accounts[0]!.address, nonce: 0n });
const call = (functionName: string, args: readonly unknown[] = []): Hex => encodeFunctionData({ abi, functionName, args } as Parameters<typeof encodeFunctionData>[0]);

interface Step {
  readonly sender: number;
  readonly nonce: number;
  readonly to?: Hex | undefined;
  readonly data: Hex;
  readonly value?: bigint;
  readonly gas?: bigint;
}

async function sign({ sender, nonce, to, data, value = 0n, gas = 1_000_000n }: Step): Promise<Uint8Array> {
  const signed = await accounts[sender]!.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce, gas, value, maxFeePerGas: 7n, maxPriorityFeePerGas: 7n, data, ...(to === undefined ? {} : { to }) });
  return hexToBytes(signed.slice(2));
}

/** Everything leaves the main thread at the first message. */
let threaded: EthereumFramework;
beforeAll(async () => {
  threaded = await createThreadedFramework({ limits: { gas: 0, ms: 0 } });
});
afterAll(() => threaded.close());

async function openTwins(): Promise<{ here: TestChain; there: TestChain; seal: (steps: readonly (Step | Uint8Array)[], building?: boolean) => Promise<void> }> {
  const here = await TestChain.open({ allocations });
  const there = await TestChain.open({ allocations }, threaded);
  return {
    here,
    there,
    seal: async (steps, building = true) => {
      const transactions = await Promise.all(steps.map((one) => (one instanceof Uint8Array ? one : sign(one))));
      const [plain, elsewhere] = [await here.seal(transactions, undefined, building), await there.seal(transactions, undefined, building)];
      const { workerMs, ...rest } = elsewhere;
      expect(rest).toEqual(plain);
      expect(workerMs).toBeGreaterThan(0);
    },
  };
}

/** Calls itself with all gas that there is, until none is left. */
const RECURSIVE: Hex = '0x600060006000600060003060005af100';

describe('a block that is executed in a thread', () => {
  it('has every field of the same block executed on the main thread, and its state goes on the same', async () => {
    const { there, seal } = await openTwins();
    await seal([{ sender: 0, nonce: 0, data: encodeDeployData({ abi, bytecode, args: [42n] }), value: 10n ** 18n, gas: 3_000_000n }]);
    await seal([
      { sender: 0, nonce: 1, to: workbench, data: call('store', [1n, 5n]), value: 3n },
      { sender: 1, nonce: 0, to: workbench, data: call('churn', [1n, 7n, 8n]) },
      { sender: 0, nonce: 2, to: workbench, data: call('fill', [9n]) },
      { sender: 1, nonce: 1, to: workbench, data: call('log', ['0x0102']) },
      { sender: 0, nonce: 3, to: workbench, data: call('spawn', [`0x${'05'.repeat(32)}`, 1n]) },
      { sender: 0, nonce: 4, to: workbench, data: call('spawnAndDestroy', [1n, accounts[1]!.address]) },
      { sender: 0, nonce: 5, to: workbench, data: call('precompiles', ['0x0102', 27, `0x${'11'.repeat(32)}`, `0x${'12'.repeat(32)}`]) },
      { sender: 0, nonce: 6, to: workbench, data: call('rememberContext') },
    ]);
    await seal([
      { sender: 0, nonce: 7, to: workbench, data: call('wipe') },
      { sender: 1, nonce: 2, to: workbench, data: call('partlyFails', [2n, 4n]) },
      { sender: 0, nonce: 8, to: workbench, data: call('failWithReason', ['no']) },
      { sender: 0, nonce: 9, to: workbench, data: call('destroyLast', [accounts[2]!.address]) },
    ]);
    expect(there.framework.threads()).toMatchObject({ threads: 1, running: 0, waiting: 0 });
  });

  it('ends hostile code as the main thread does: loops, recursion, memory, precompiles, large creations', { timeout: 120_000 }, async () => {
    const { seal } = await openTwins();
    await seal([{ sender: 0, nonce: 0, data: encodeDeployData({ abi, bytecode, args: [42n] }), gas: 3_000_000n }]);
    // Deploys what follows the twelve bytes of this constructor.
    const deployed = (code: Hex): Hex => `0x60${((code.length - 2) / 2).toString(16).padStart(2, '0')}600c60003960${((code.length - 2) / 2).toString(16).padStart(2, '0')}6000f3${code.slice(2)}`;
    const recursive = getContractAddress({ from: accounts[0]!.address, nonce: 1n });
    await seal([{ sender: 0, nonce: 1, data: deployed(RECURSIVE) }]);
    const hostile: Step[] = [
      { sender: 0, nonce: 2, to: workbench, data: call('spin'), gas: 2_000_000n },
      { sender: 0, nonce: 3, to: workbench, data: call('loop'), gas: 2_000_000n },
      { sender: 0, nonce: 4, to: recursive, data: '0x', gas: 8_000_000n },
      // MSTORE at 2^22, then at 2^40.
      { sender: 0, nonce: 5, data: '0x6001624000005260016501000000000052', gas: 12_000_000n },
      { sender: 0, nonce: 6, to: '0x0000000000000000000000000000000000000005', data: `0x${'00'.repeat(31)}ff${'00'.repeat(31)}ff${'00'.repeat(31)}ff${'ab'.repeat(765)}`, gas: 3_000_000n },
      { sender: 0, nonce: 7, data: `0x${'5b'.repeat(49_152)}`, gas: 2_000_000n },
      { sender: 1, nonce: 0, to: workbench, data: call('store', [1n, 1n]) },
    ];
    await seal(hostile, false);
  });

  it('ends after its share when it is being built: what is left is neither in it nor dropped', async () => {
    const { there, seal } = await openTwins();
    await seal([{ sender: 0, nonce: 0, data: encodeDeployData({ abi, bytecode, args: [42n] }), gas: 3_000_000n }]);
    const spins = await Promise.all([1, 2, 3].map((nonce) => sign({ sender: 0, nonce, to: workbench, data: call('spin'), gas: 6_000_000n })));
    const built = await there.seal(spins);
    expect(built.transactions.map(({ bytes }) => bytes)).toEqual(spins.slice(0, 1));
    expect(built.dropped).toEqual([]);
  });

  it('drops what may not be in it, with the same places and reasons, and refuses it on a follower', async () => {
    const { here, there, seal } = await openTwins();
    const good: Step = { sender: 0, nonce: 0, to: accounts[1]!.address, data: '0x', gas: 21_000n };
    await seal([good, { ...good, value: 1n }, { ...good, sender: 2 }, { ...good, sender: 1, nonce: 3 }, Uint8Array.of(0xc0), { ...good, nonce: 1 }]);
    const transactions = [await sign({ ...good, nonce: 2 }), await sign({ ...good, nonce: 2, value: 1n })];
    const input = { height: here.blocks.length, parentHash: here.head.hash, time: here.time, proposer: new Uint8Array(91), engineVersion: 1, transactions, building: false } as never;
    const [plain, elsewhere] = await Promise.all([here, there].map((chain) => chain.instance.executeBlock(input, chain.state).catch((error: unknown) => error as Error)));
    expect(elsewhere).toEqual(plain);
    expect(elsewhere).toMatchObject({ message: expect.stringContaining('carries at 1 a transaction that may not be in it: nonce too low') });
  });

  it('stops on a broken state with the words of the main thread', async () => {
    const { here, there } = await openTwins();
    const transaction = await sign({ sender: 0, nonce: 0, to: accounts[1]!.address, data: '0x', gas: 21_000n });
    for (const chain of [here, there]) {
      const root = chain.state.range({ from: Uint8Array.of(4), to: Uint8Array.of(5), limit: 1 })[0]!;
      chain.state.apply([{ key: root.key, value: Uint8Array.from([...root.value].toReversed()) }]);
    }
    const [plain, elsewhere] = await Promise.all([here, there].map((chain) => chain.seal([transaction]).catch((error: unknown) => error as Error)));
    expect(plain).toBeInstanceOf(Error);
    expect(elsewhere).toEqual(plain);
  });

  it('throws what reading its state throws, not what the thread makes of it', async () => {
    const { there } = await openTwins();
    const transaction = await sign({ sender: 0, nonce: 0, to: workbench, data: '0x', gas: 100_000n });
    const failure = new Error('the index is gone');
    const get = there.state.get.bind(there.state);
    // Only what the main thread did not read before it gave up.
    there.state.get = (key) => {
      if (key[0] === 4) throw failure;
      return get(key);
    };
    await expect(there.seal([transaction])).rejects.toBe(failure);
  });
});

describe('a call that is executed in a thread', () => {
  it('answers and fails as on the main thread', { timeout: 120_000 }, async () => {
    const { here, there, seal } = await openTwins();
    await seal([{ sender: 0, nonce: 0, data: encodeDeployData({ abi, bytecode, args: [42n] }), gas: 3_000_000n }]);
    const to = workbench;
    const queries: [string, unknown[]][] = [
      ['eth_call', [{ to, data: call('values', [0n]) }, 'latest']],
      ['eth_call', [{ to, data: call('context') }]],
      ['eth_call', [{ to, data: call('values', [0n]) }, 'latest', { [workbench]: { stateDiff: { [`0x${'00'.repeat(32)}`]: `0x${'07'.repeat(32)}` } } }]],
      ['eth_call', [{ to, data: call('failWithReason', ['no']) }]],
      ['eth_call', [{ to, data: call('failWithError', [3n]) }]],
      ['eth_call', [{ to, data: call('failWithPanic', [9n]) }]],
      ['eth_call', [{ to, data: call('spin'), gas: '0x2dc6c0' }]],
      ['eth_call', [{ to, data: call('values', [0n]), gas: '0x5208' }]],
      ['eth_call', [{ to, data: call('values', [0n]) }, '0x0']],
      ['eth_estimateGas', [{ to, data: call('store', [5n, 6n]) }]],
      ['eth_estimateGas', [{ data: encodeDeployData({ abi, bytecode, args: [1n] }) }]],
      ['eth_estimateGas', [{ to, data: call('failWithReason', ['no']) }]],
      ['eth_estimateGas', [{ to, data: call('loop'), gas: '0x2dc6c0' }]],
    ];
    for (const [method, params] of queries) {
      const [plain, elsewhere] = await Promise.all([here, there].map((chain) => chain.query(method, params).catch((error: unknown) => error)));
      expect(elsewhere, JSON.stringify(params)).toEqual(plain);
    }
  });

  it('ends with the signal’s reason when its time is up, and leaves its place to the next', async () => {
    const { there, seal } = await openTwins();
    await seal([{ sender: 0, nonce: 0, data: encodeDeployData({ abi, bytecode, args: [42n] }), gas: 3_000_000n }]);
    const controller = new AbortController();
    const reason = new Error('time is up');
    const spinning = there.query('eth_call', [{ to: workbench, data: call('spin'), gas: '0x1c9c380' }], controller.signal);
    setTimeout(() => controller.abort(reason), 50);
    await expect(spinning).rejects.toBe(reason);
    await expect(there.query('eth_call', [{ to: workbench, data: call('values', [0n]) }])).resolves.toBe(`0x${'2a'.padStart(64, '0')}`);
    expect(there.framework.threads()).toMatchObject({ running: 0, waiting: 0 });
  });
});
