import { createBlock } from '@ethereumjs/block';
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { MerkleStateManager } from '@ethereumjs/statemanager';
import { createTxFromRLP } from '@ethereumjs/tx';
import { Account, Address } from '@ethereumjs/util';
import { createVM, runTx, type VM } from '@ethereumjs/vm';
import fc from 'fast-check';
import { encodeFunctionData, encodeDeployData, getContractAddress, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '@/lib/platform/pure/bytes';
import { decodeEthereumHeader } from './header';
import { receiptsAt } from './read-chain';
import { compileWorkbench } from './testing/compile-workbench';
import { TEST_CHAIN_ID, TestChain } from './testing/test-chain';
import { createThreadedFramework } from './testing/threaded-framework';

const { abi, bytecode } = compileWorkbench();
const keys: Hex[] = [`0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`, `0x${'33'.repeat(32)}`];
const accounts = keys.map((key) => privateKeyToAccount(key));
const RICH = 10n ** 24n;
const allocations = Object.fromEntries(accounts.slice(0, 2).map(({ address }) => [address.toLowerCase(), RICH.toString()]));
/** The first account's first contract. */
const workbench = getContractAddress({ from: accounts[0]!.address, nonce: 0n });

interface Step {
  readonly sender: number;
  readonly to?: Hex;
  readonly data: Hex;
  readonly value: bigint;
  readonly gas: bigint;
  readonly gasPrice: bigint;
  readonly type: 'legacy' | 'eip2930' | 'eip1559';
}

const slot = fc.bigInt({ min: 0n, max: 3n });
const small = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 256n - 2n }));
const call = (functionName: string, args: readonly unknown[]): Hex => encodeFunctionData({ abi, functionName, args } as Parameters<typeof encodeFunctionData>[0]);
const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): Hex => `0x${bytesToHex(bytes)}`);
const somebody: fc.Arbitrary<Hex> = fc.oneof(fc.constantFrom(...accounts.map(({ address }) => address), workbench), fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes): Hex => `0x${bytesToHex(bytes)}`));

const calldata: fc.Arbitrary<Hex> = fc.oneof(
  fc.tuple(slot, small).map((args) => call('store', args)),
  fc.tuple(slot, small, small).map((args) => call('churn', args)),
  fc.tuple(small).map((args) => call('push', args)),
  fc.constantFrom(call('pop', []), call('wipe', []), call('wipe', []), call('tip', [])),
  small.map((value) => call('fill', [value])),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => call('log', [`0x${bytesToHex(bytes)}`])),
  fc.tuple(slot, fc.bigInt({ min: 0n, max: 9n })).map((args) => call('partlyFails', args)),
  fc.tuple(word, small).map((args) => call('spawn', args)),
  fc.tuple(small, somebody).map((args) => call('spawnAndDestroy', args)),
  somebody.map((heir) => call('destroyLast', [heir])),
  fc.tuple(somebody, fc.bigInt({ min: 0n, max: 10n ** 18n })).map((args) => call('send', args)),
  fc.tuple(word, fc.constantFrom(27, 28, 29), word, word).map((args) => call('precompiles', args)),
  fc.constant(call('rememberContext', [])),
  fc.constant(call('failWithReason', ['no'])),
  fc.constant(call('loop', [])),
  fc.constant('0xdeadbeef' as Hex),
);

const step: fc.Arbitrary<Step> = fc.record({
  sender: fc.constantFrom(0, 1, 2),
  to: fc.oneof({ weight: 6, arbitrary: fc.constant(workbench) }, { weight: 2, arbitrary: somebody }),
  data: fc.oneof({ weight: 6, arbitrary: calldata }, { weight: 1, arbitrary: fc.constant('0x' as Hex) }),
  value: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 18n })),
  gas: fc.oneof(fc.constant(300_000n), fc.bigInt({ min: 21_000n, max: 200_000n })),
  gasPrice: fc.constantFrom(0n, 0n, 1_000_000_000n),
  type: fc.constantFrom('legacy', 'eip2930', 'eip1559'),
});

describe('executeBlock', () => {
  it('gives the state roots, gas and logs of @ethereumjs/vm on random histories', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }), async (history) => {
        const chain = await TestChain.open({ allocations });
        const oracle = await Oracle.open(chain);
        const deploy: Step = { sender: 0, data: encodeDeployData({ abi, bytecode, args: [42n] }), value: 5n * 10n ** 18n, gas: 3_000_000n, gasPrice: 0n, type: 'eip1559' };
        for (const steps of [[deploy], ...history]) {
          const nonces = await Promise.all(accounts.map(({ address }) => chain.query('eth_getTransactionCount', [address, 'latest'])));
          const next = nonces.map((nonce) => Number(nonce));
          const transactions: Uint8Array[] = [];
          for (const one of steps) transactions.push(await sign(one, next[one.sender]!++));
          const executed = await chain.seal(transactions);
          // What was dropped leaves a gap in its sender's nonces: the same transactions then cannot be part for the oracle either.
          await oracle.follow(chain, executed.transactions.map(({ bytes }) => bytes));
        }
      }),
      { numRuns: 40, verbose: 0 },
    );
  });

  it('gives the same in a thread as on the main one, in every field, on random histories', { timeout: 120_000 }, async () => {
    const framework = await createThreadedFramework({ limits: { gas: 0, ms: 0 } });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }), async (history) => {
          const [here, there] = [await TestChain.open({ allocations }), await TestChain.open({ allocations }, framework)];
          const deploy: Step = { sender: 0, data: encodeDeployData({ abi, bytecode, args: [42n] }), value: 5n * 10n ** 18n, gas: 3_000_000n, gasPrice: 0n, type: 'eip1559' };
          const nonces = [0, 0, 0];
          for (const steps of [[deploy], ...history]) {
            const transactions: Uint8Array[] = [];
            for (const one of steps) transactions.push(await sign(one, nonces[one.sender]!++));
            const expected = await here.seal(transactions);
            const { workerMs: _ms, ...executed } = await there.seal(transactions);
            expect(executed).toEqual(expected);
            for (const { index } of expected.dropped) nonces[steps[index]!.sender] = Number(await here.query('eth_getTransactionCount', [accounts[steps[index]!.sender]!.address, 'latest']));
          }
        }),
        { numRuns: 25, verbose: 0 },
      );
    } finally {
      await framework.close();
    }
  });

  it('re-executes a block from its bytes to the same roots, header and writes', async () => {
    const chain = await TestChain.open({ allocations });
    const deploy = await sign({ sender: 0, data: encodeDeployData({ abi, bytecode, args: [1n] }), value: 0n, gas: 3_000_000n, gasPrice: 0n, type: 'eip1559' }, 0);
    const store = await sign({ sender: 1, to: workbench, data: call('store', [1n, 2n]), value: 3n, gas: 200_000n, gasPrice: 7n, type: 'legacy' }, 0);
    const follower = await TestChain.open({ allocations });
    const built = await chain.seal([deploy, store]);
    const followed = await follower.instance.executeBlock(
      { height: chain.head.height, parentHash: follower.head.hash, time: chain.time, proposer: new Uint8Array(91).fill(7), engineVersion: 1, transactions: built.transactions.map(({ bytes }) => bytes), building: false },
      follower.state,
    );
    expect(followed).toEqual(built);
    expect(built.transactions.map(({ succeeded }) => succeeded)).toEqual([true, true]);
    const keysOfWrites = built.writes.map(({ key }) => Buffer.from(key).toString('hex'));
    expect(keysOfWrites).toEqual([...new Set(keysOfWrites)].sort());
  });

  it('drops, while building, what cannot be part of the block and names why; a follower refuses a block with it', async () => {
    const chain = await TestChain.open({ allocations });
    const plain = { to: accounts[2]!.address, data: '0x' as Hex, value: 1n, gas: 21_000n, gasPrice: 0n, type: 'eip1559' as const };
    const good = await sign({ ...plain, sender: 0 }, 0);
    const usedUp = await sign({ ...plain, sender: 0, value: 2n }, 0);
    const poor = await sign({ ...plain, sender: 2, value: 10n }, 0);
    const ahead = await sign({ ...plain, sender: 1 }, 4);
    const executed = await chain.seal([good, usedUp, poor, ahead, Uint8Array.of(0xc0)]);
    expect(executed.transactions).toHaveLength(1);
    expect(executed.dropped.map(({ index, reason }) => [index, reason.code])).toEqual([[1, 'nonce-too-low'], [2, 'insufficient-funds'], [3, 'nonce-too-high'], [4, 'malformed']]);
    const follower = await TestChain.open({ allocations });
    const input = { height: chain.head.height, parentHash: follower.head.hash, time: chain.time, proposer: new Uint8Array(91), engineVersion: 1, transactions: [good, usedUp], building: false };
    await expect(follower.instance.executeBlock(input, follower.state)).rejects.toThrow(/carries at 1 a transaction that may not be in it: nonce too low/);
  });

  it('ends a contract that loops in a transaction with an out-of-gas receipt, and the block goes on', async () => {
    const chain = await TestChain.open({ allocations });
    const deploy = await sign({ sender: 0, data: encodeDeployData({ abi, bytecode, args: [1n] }), value: 0n, gas: 3_000_000n, gasPrice: 0n, type: 'eip1559' }, 0);
    const spin = await sign({ sender: 0, to: workbench, data: call('spin', []), value: 0n, gas: 2_000_000n, gasPrice: 0n, type: 'eip1559' }, 1);
    const after = await sign({ sender: 1, to: workbench, data: call('store', [1n, 1n]), value: 0n, gas: 200_000n, gasPrice: 0n, type: 'eip1559' }, 0);
    let turns = 0;
    let running = true;
    const neighbour = (async () => {
      while (running) {
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
      }
    })();
    const executed = await chain.seal([deploy, spin, after]);
    running = false;
    await neighbour;
    expect(executed.transactions.map(({ succeeded }) => succeeded)).toEqual([true, false, true]);
    const [, looped] = receiptsAt(chain.state, 1);
    expect(looped).toMatchObject({ succeeded: false, gasUsed: 2_000_000n, logs: [] });
    // The process was not held: others had their turn many times while it looped.
    expect(turns).toBeGreaterThan(20);
  });

  it('gives headers that chain by hash, with whole seconds that may repeat and the proposer as coinbase', async () => {
    const chain = await TestChain.open();
    const proposer = new Uint8Array(91).fill(9);
    await chain.seal([], proposer);
    await chain.seal([], proposer);
    const { keccak256 } = chain.framework.crypto;
    const [genesis, first, second] = chain.blocks.map(({ frameworkHeader }) => ({ bytes: frameworkHeader, header: decodeEthereumHeader(frameworkHeader) }));
    expect(first!.header.parentHash).toEqual(keccak256(genesis!.bytes));
    expect(second!.header.parentHash).toEqual(keccak256(first!.bytes));
    expect([genesis, first, second].map((block) => block!.header.timestamp)).toEqual([1_700_000_000n, 1_700_000_000n, 1_700_000_000n]);
    expect(second!.header.coinbase).toEqual(keccak256(proposer).slice(12));
    expect(second!.header.number).toBe(2n);
    expect(bytesToHex(second!.header.stateRoot)).toBe(chain.head.executed.stateRoot);
  });

  it('stops on a stored account that was altered behind its back, as soon as a block depends on it', async () => {
    const chain = await TestChain.open({ allocations });
    const twin = await TestChain.open({ allocations });
    const victim = hexToBytes(accounts[0]!.address.slice(2).toLowerCase());
    const key = Uint8Array.of(1, ...victim);
    const altered = twin.state.get(key)!.slice();
    altered[4]! ^= 1;
    twin.state.apply([{ key, value: altered }]);
    const transfer = await sign({ sender: 0, to: accounts[2]!.address, data: '0x', value: 1n, gas: 21_000n, gasPrice: 0n, type: 'eip1559' }, 0);
    const honest = await chain.seal([transfer]);
    const corrupt = await twin.seal([transfer]);
    expect(corrupt.stateRoot).not.toBe(honest.stateRoot);
  });

  it('keeps the state small: overwriting the same slots again and again adds only index entries', async () => {
    const chain = await TestChain.open({ allocations });
    const deploy = await sign({ sender: 0, data: encodeDeployData({ abi, bytecode, args: [1n] }), value: 0n, gas: 3_000_000n, gasPrice: 0n, type: 'eip1559' }, 0);
    await chain.seal([deploy]);
    const sizes: number[] = [];
    for (let nonce = 1; nonce <= 12; nonce++) {
      await chain.seal([await sign({ sender: 0, to: workbench, data: call('store', [1n, BigInt(nonce)]), value: 0n, gas: 200_000n, gasPrice: 0n, type: 'eip1559' }, nonce)]);
      sizes.push(chain.state.size);
    }
    // Per block: position of the transaction, block hash both ways, receipts, log filter.
    const growth = sizes.slice(2).map((size, index) => size - sizes[index + 1]!);
    expect(new Set(growth)).toEqual(new Set([5]));
  });
});

async function sign({ sender, gasPrice, type, ...rest }: Step, nonce: number): Promise<Uint8Array> {
  const account = accounts[sender]!;
  const common = { ...rest, nonce, chainId: Number(TEST_CHAIN_ID) };
  const signed =
    type === 'eip1559'
      ? await account.signTransaction({ ...common, type, maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice / 2n })
      : type === 'eip2930'
        ? await account.signTransaction({ ...common, type, gasPrice, accessList: [{ address: workbench, storageKeys: [`0x${'00'.repeat(32)}`] }] })
        : await account.signTransaction({ ...common, type, gasPrice });
  return hexToBytes(signed.slice(2));
}

/** The library's own virtual machine with its own state, fed with the same blocks. */
class Oracle {
  private constructor(
    private readonly vm: VM,
    private readonly common: ReturnType<typeof createCustomCommon>,
    private readonly hashes: Uint8Array[],
  ) {}

  static async open(chain: TestChain): Promise<Oracle> {
    const common = createCustomCommon({ chainId: Number(TEST_CHAIN_ID) }, Mainnet, { hardfork: Hardfork.Prague });
    const stateManager = new MerkleStateManager({ common });
    const hashes = [chain.framework.crypto.keccak256(chain.head.frameworkHeader)];
    const blockchain = { getBlock: async (number: number) => ({ hash: () => hashes[number]! }), putBlock: async () => {}, shallowCopy: () => blockchain };
    const vm = await createVM({ common, stateManager, blockchain: blockchain as never });
    for (const [address, balance] of Object.entries(chain.config.allocations)) await stateManager.putAccount(new Address(hexToBytes(address.slice(2))), new Account(0n, BigInt(balance)));
    await stateManager.flush();
    expect(bytesToHex(await stateManager.getStateRoot())).toBe(chain.head.executed.stateRoot);
    return new Oracle(vm, common, hashes);
  }

  async follow(chain: TestChain, transactions: readonly Uint8Array[]): Promise<void> {
    const header = decodeEthereumHeader(chain.head.frameworkHeader);
    const block = createBlock(
      { header: { number: header.number, coinbase: new Address(header.coinbase), gasLimit: header.gasLimit, timestamp: header.timestamp, mixHash: header.prevRandao, baseFeePerGas: 0n, difficulty: 0n } },
      { common: this.common, skipConsensusFormatValidation: true },
    );
    const receipts = receiptsAt(chain.state, Number(header.number));
    let blockGasUsed = 0n;
    for (const [index, bytes] of transactions.entries()) {
      const result = await runTx(this.vm, { tx: createTxFromRLP(bytes, { common: this.common }), block, blockGasUsed });
      blockGasUsed += result.totalGasSpent;
      const receipt = receipts[index]!;
      const logs = (result.execResult.logs ?? []).map(([address, topics, data]) => ({ address, topics, data }));
      expect({ gas: receipt.gasUsed, succeeded: receipt.succeeded, created: receipt.contractAddress && bytesToHex(receipt.contractAddress), logs: receipt.logs }).toEqual({
        gas: result.totalGasSpent,
        succeeded: result.execResult.exceptionError === undefined,
        created: result.createdAddress && bytesToHex(result.createdAddress.bytes),
        logs: result.execResult.exceptionError === undefined ? logs : [],
      });
    }
    expect(bytesToHex(await this.vm.stateManager.getStateRoot())).toBe(chain.head.executed.stateRoot);
    this.hashes.push(chain.framework.crypto.keccak256(chain.head.frameworkHeader));
  }
}
