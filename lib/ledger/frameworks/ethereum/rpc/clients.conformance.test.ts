import { ContractFactory, isCallException, JsonRpcProvider, Wallet, type BaseContract, type ethers } from 'ethers';
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  decodeFunctionResult,
  defineChain,
  encodeFunctionData,
  fallback,
  http,
  keccak256,
  parseEther,
  parseEventLogs,
  type Address,
  type Hex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileWorkbench } from '../testing/compile-workbench';
import { openHttpNode, type HttpNode } from '../testing/http-node';
import { TEST_CHAIN_ID } from '../testing/test-chain';

/** Unmodified viem and ethers against the door and a real ledger host. */
const { abi, bytecode } = compileWorkbench();
const key: Hex = `0x${'44'.repeat(32)}`;
const account = privateKeyToAccount(key);
const rich = privateKeyToAccount(`0x${'55'.repeat(32)}`);
const stranger: Address = '0x00000000000000000000000000000000deadbeef';

let node: HttpNode;
let chain: ReturnType<typeof chainAt>;

const chainAt = (url: string) => defineChain({ id: Number(TEST_CHAIN_ID), name: 'Sub-chain', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [url] } } });

beforeAll(async () => {
  node = await openHttpNode({ config: { allocations: { [rich.address.toLowerCase()]: parseEther('100').toString() } } });
  chain = chainAt(node.url);
});

afterAll(async () => {
  await node.close();
  expect(node.unexpected, 'errors that the door called unexpected').toEqual([]);
});

const viemClients = (batch = false) => {
  const transport = http(node.url, { batch });
  const reader = createPublicClient({ chain, transport, pollingInterval: 20 });
  return { reader, writer: createWalletClient({ chain, transport, account }), richWriter: createWalletClient({ chain, transport, account: rich }) };
};

describe('viem', () => {
  let contract: Address;

  it('deploys, and finds the receipt at its first poll', async () => {
    const { reader, writer } = viemClients();
    expect(await reader.getChainId()).toBe(chain.id);
    const hash = await writer.deployContract({ abi, bytecode, args: [7n] });
    const receipt = await reader.getTransactionReceipt({ hash });
    expect(receipt).toMatchObject({ status: 'success', type: 'eip1559', from: account.address.toLowerCase(), to: null, transactionIndex: 0 });
    contract = receipt.contractAddress!;
    expect(await reader.readContract({ abi, address: contract, functionName: 'values', args: [0n] })).toBe(7n);
    expect((await reader.getCode({ address: contract }))!.length).toBeGreaterThan(1_000);
    expect(await reader.getStorageAt({ address: contract, slot: '0x0' })).toBe(`0x${'0'.repeat(64)}`);
  });

  it('writes, waits, decodes the event from the receipt and finds it by getLogs', async () => {
    const { reader, writer } = viemClients();
    const hash = await writer.writeContract({ abi, address: contract, functionName: 'store', args: [3n, 99n] });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    const [event] = parseEventLogs({ abi, logs: receipt.logs });
    expect(event).toMatchObject({ eventName: 'Stored', args: { by: account.address, slot: 3n, value: 99n } });
    const found = await reader.getContractEvents({ abi, address: contract, eventName: 'Stored', args: { slot: 3n }, fromBlock: 0n, toBlock: 'latest' });
    expect(found.map(({ transactionHash, logIndex }) => [transactionHash, logIndex])).toEqual([[hash, 0]]);
    expect(await reader.getContractEvents({ abi, address: contract, eventName: 'Stored', args: { slot: 4n }, fromBlock: 0n })).toEqual([]);
  });

  it('sends types 0, 1 and 2 and reads them back as they were', async () => {
    const { reader, richWriter } = viemClients();
    for (const type of ['legacy', 'eip2930', 'eip1559'] as const) {
      const price = type === 'eip1559' ? { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n } : { gasPrice: 2n };
      const list = type === 'eip2930' ? { accessList: [{ address: contract, storageKeys: [`0x${'0'.repeat(64)}`] as Hex[] }] } : {};
      const hash = await richWriter.sendTransaction({ type, to: stranger, value: 5n, gas: 50_000n, ...price, ...list } as Parameters<typeof richWriter.sendTransaction>[0]);
      const transaction = await reader.getTransaction({ hash });
      expect(transaction).toMatchObject({ type, from: rich.address.toLowerCase(), to: stranger, value: 5n, chainId: chain.id, gas: 50_000n });
      const receipt = await reader.getTransactionReceipt({ hash });
      expect(receipt).toMatchObject({ status: 'success', type, effectiveGasPrice: type === 'eip1559' ? 1n : 2n });
      const serialized = await reader.getBlock({ blockNumber: receipt.blockNumber, includeTransactions: true });
      expect(serialized.transactions[receipt.transactionIndex]).toMatchObject({ hash, type });
    }
    expect(await reader.getBalance({ address: stranger })).toBe(15n);
  });

  it('estimates gas so that the transaction succeeds and little is left', async () => {
    const { reader, writer } = viemClients();
    const gas = await reader.estimateContractGas({ abi, address: contract, functionName: 'churn', args: [9n, 1n, 2n], account });
    const hash = await writer.writeContract({ abi, address: contract, functionName: 'churn', args: [9n, 1n, 2n], gas });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    expect(receipt.status).toBe('success');
    // The estimate covers the gas before refunds (churn gets some), within go-ethereum's 1.5 %.
    expect(Number(gas)).toBeLessThan(Number(receipt.gasUsed) * 1.35);
    expect(await reader.estimateGas({ account, to: stranger, value: 0n })).toBe(21_000n);
  });

  it('tells a revert by its reason, by its custom error and by its panic code', async () => {
    const { reader } = viemClients();
    const revertOf = async (functionName: string, args: unknown[]): Promise<ContractFunctionRevertedError> => {
      const error = await reader.readContract({ abi, address: contract, functionName, args, account }).catch((thrown: unknown) => thrown);
      const found = error instanceof BaseError ? error.walk((inner) => inner instanceof ContractFunctionRevertedError) : null;
      if (!(found instanceof ContractFunctionRevertedError)) throw new Error('no revert was recognised', { cause: error });
      return found;
    };
    expect((await revertOf('failWithReason', ['closed on Sundays'])).reason).toBe('closed on Sundays');
    expect((await revertOf('failWithError', [5n])).data).toMatchObject({ errorName: 'NotAllowed', args: [account.address, 5n] });
    expect((await revertOf('failWithPanic', [0n])).data).toMatchObject({ errorName: 'Panic', args: [50n] });
    await expect(reader.estimateContractGas({ abi, address: contract, functionName: 'failWithReason', args: ['no gas'], account })).rejects.toThrow(/no gas/);
  });

  it('gives a failed transaction a receipt with status reverted', async () => {
    const { reader, writer } = viemClients();
    const hash = await writer.writeContract({ abi, address: contract, functionName: 'failWithReason', args: ['kept'], gas: 100_000n });
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'reverted', logs: [] });
  });

  it('recognises nonce, funds and gas refusals by go-ethereum\'s words', async () => {
    const { writer } = viemClients();
    /** Names of the errors that viem wraps into one another, and the whole message. */
    const thrown = async (promise: Promise<unknown>): Promise<string> => {
      const error = await promise.then(() => new Error('nothing was thrown'), (reason: unknown) => reason);
      const names: string[] = [];
      for (let at = error; at instanceof Error; at = at.cause) names.push(at.name);
      return `${names.join(' ')} ${String(error)}`;
    };
    expect(await thrown(writer.sendTransaction({ to: stranger, value: 1n, gas: 21_000n, nonce: 0 }))).toMatch(/NonceTooLowError/);
    expect(await thrown(writer.sendTransaction({ to: stranger, value: 1n, gas: 21_000n }))).toMatch(/InsufficientFundsError/);
    expect(await thrown(writer.sendTransaction({ to: stranger, value: 0n, gas: 20_000n }))).toMatch(/IntrinsicGasTooLowError/);
    expect(await thrown(writer.sendTransaction({ to: stranger, value: 0n, gas: 21_000n, nonce: 1_000 }))).toMatch(/NonceTooHighError/);
  });

  it('answers a batch over one request and reads blocks by hash, number and tag', async () => {
    const { reader } = viemClients(true);
    const [latest, balance, count, genesis] = await Promise.all([reader.getBlock(), reader.getBalance({ address: stranger }), reader.getTransactionCount({ address: account.address }), reader.getBlock({ blockTag: 'earliest' })]);
    expect(balance).toBe(15n);
    expect(count).toBeGreaterThan(3);
    expect(genesis).toMatchObject({ number: 0n, transactions: [], baseFeePerGas: 0n, gasLimit: 30_000_000n });
    const byHash = await reader.getBlock({ blockHash: latest.hash });
    expect(byHash).toEqual(latest);
    const parent = await reader.getBlock({ blockNumber: latest.number - 1n });
    expect(latest.parentHash).toBe(parent.hash);
    expect(await reader.getBlockTransactionCount({ blockHash: latest.hash })).toBe(latest.transactions.length);
    await expect(reader.getBlock({ blockNumber: 10_000n })).rejects.toThrow(/could not be found/);
    expect(await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] })).toMatchObject({ baseFeePerGas: [0n, 0n, 0n], reward: [[0n], [0n]] });
  });

  it('sees overridden state in a call, and the context that contracts see', async () => {
    const { reader } = viemClients();
    const valuesSlot = keccak256(`0x${'0'.repeat(63)}8${'0'.repeat(64)}`);
    expect(await reader.readContract({ abi, address: contract, functionName: 'values', args: [8n], stateOverride: [{ address: contract, stateDiff: [{ slot: valuesSlot, value: `0x${'0'.repeat(62)}2a` }] }] })).toBe(42n);
    const block = await reader.getBlock();
    const data = encodeFunctionData({ abi, functionName: 'context' });
    const answer = await reader.call({ to: contract, data });
    expect(decodeFunctionResult({ abi, functionName: 'context', data: answer.data! })).toMatchObject([block.number, block.timestamp, 0n, TEST_CHAIN_ID, block.gasLimit, expect.stringMatching(new RegExp(block.miner, 'i')), BigInt(block.mixHash), block.parentHash]);
  });

  it('says that historical state is not kept instead of answering with another block\'s', async () => {
    const { reader } = viemClients();
    await expect(reader.getBalance({ address: stranger, blockNumber: 0n })).rejects.toThrow(/historical state is not kept/);
    await expect(reader.readContract({ abi, address: contract, functionName: 'values', args: [0n], blockNumber: 1n })).rejects.toThrow(/historical state is not kept/);
  });

  it('ends a call that loops at its time limit while others are answered', async () => {
    const hasty = await openHttpNode({ readMs: 1_000 });
    try {
      const fast = createPublicClient({ chain, transport: http(hasty.url, { retryCount: 0 }) });
      const slow = fast.call({ account, data: '0x5b600056' }).then(() => 'finished', (error: unknown) => String(error));
      const ended: string[] = [];
      await Promise.all([slow.then(() => ended.push('the call that loops')), fast.getBlockNumber().then((height) => ended.push(`block ${height}`))]);
      expect(ended).toEqual(['block 0', 'the call that loops']);
      expect(await slow).toMatch(/time limit for a read was reached/);
      expect(await fast.getBlockNumber()).toBe(0n);
      expect(hasty.unexpected).toEqual([]);
    } finally {
      await hasty.close();
    }
  });

  it('falls back from filters to polling when it watches events', async () => {
    const { reader, writer } = viemClients();
    const seen: unknown[] = [];
    const stop = reader.watchContractEvent({ abi, address: contract, eventName: 'Blob', onLogs: (logs) => seen.push(...logs), pollingInterval: 20 });
    // It sees what comes after its first poll, whose moment nobody tells: events go on until one is seen.
    const logged = async () => {
      await writer.writeContract({ abi, address: contract, functionName: 'log', args: ['0x1234'] });
      return seen.length;
    };
    await expect.poll(logged, { timeout: 10_000, interval: 50 }).toBeGreaterThan(0);
    stop();
  });

  it('sends many transactions of one account side by side, in the order of their nonces', async () => {
    const { reader, writer } = viemClients();
    const first = await reader.getTransactionCount({ address: account.address });
    const hashes = await Promise.all(Array.from({ length: 20 }, (_, index) => writer.writeContract({ abi, address: contract, functionName: 'push', args: [BigInt(index)], nonce: first + index, gas: 100_000n })));
    const receipts = await Promise.all(hashes.map((hash) => reader.waitForTransactionReceipt({ hash })));
    expect(receipts.every(({ status }) => status === 'success')).toBe(true);
    expect(await reader.readContract({ abi, address: contract, functionName: 'list', args: [19n] })).toBe(19n);
  });

  it('works through a fallback transport', async () => {
    const reader = createPublicClient({ chain, transport: fallback([http(node.url)]) });
    expect(await reader.getGasPrice()).toBe(0n);
  });
});

describe('ethers', () => {
  let provider: JsonRpcProvider;
  let wallet: Wallet;
  let contract: BaseContract;

  beforeAll(() => {
    provider = new JsonRpcProvider(node.url, undefined, { polling: true, pollingInterval: 50, cacheTimeout: -1 });
    wallet = new Wallet(`0x${'66'.repeat(32)}`, provider);
  });

  afterAll(() => provider.destroy());

  it('learns the network, deploys and calls', async () => {
    expect((await provider.getNetwork()).chainId).toBe(TEST_CHAIN_ID);
    const deployed = await new ContractFactory(abi as ethers.InterfaceAbi, bytecode, wallet).deploy(11n);
    contract = await deployed.waitForDeployment();
    expect(await contract.getFunction('values')(0n)).toBe(11n);
  });

  it('sends, waits for the receipt and decodes its event', async () => {
    const sent = await contract.getFunction('store').send(1n, 2n);
    const receipt = await sent.wait();
    expect(receipt).toMatchObject({ status: 1, from: wallet.address, to: await contract.getAddress() });
    const parsed = contract.interface.parseLog(receipt!.logs[0]!);
    expect([parsed?.name, parsed?.args.toArray()]).toEqual(['Stored', [wallet.address, 1n, 2n]]);
    const events = await contract.queryFilter('Stored', 0, 'latest');
    expect(events).toHaveLength(1);
    expect(await provider.getTransaction(sent.hash)).toMatchObject({ hash: sent.hash, blockNumber: receipt!.blockNumber, chainId: TEST_CHAIN_ID });
  });

  it('sends types 0, 1 and 2', async () => {
    for (const type of [0, 1, 2]) {
      const receipt = await (await wallet.sendTransaction({ type, to: stranger, value: 0n, ...(type === 1 ? { accessList: [[stranger, []]] } : {}) })).wait();
      expect(receipt).toMatchObject({ status: 1, type });
    }
  });

  it('estimates gas and decodes reasons and custom errors', async () => {
    expect(await contract.getFunction('store').estimateGas(5n, 6n)).toBeGreaterThan(40_000n);
    const failureOf = async (name: string, argument: unknown) => {
      const error = await contract.getFunction(name).staticCall(argument).catch((thrown: unknown) => thrown);
      if (!isCallException(error as Error)) throw new Error('no call exception', { cause: error });
      return error as ethers.CallExceptionError;
    };
    expect((await failureOf('failWithReason', 'not today')).reason).toBe('not today');
    expect((await failureOf('failWithError', 9n)).revert).toMatchObject({ name: 'NotAllowed' });
    await expect(contract.getFunction('failWithReason').estimateGas('no gas')).rejects.toMatchObject({ code: 'CALL_EXCEPTION', reason: 'no gas' });
  });

  it('recognises a used nonce and missing funds', async () => {
    await expect(wallet.sendTransaction({ to: stranger, nonce: 0, gasLimit: 21_000n })).rejects.toMatchObject({ code: 'NONCE_EXPIRED' });
    await expect(wallet.sendTransaction({ to: stranger, value: 1n, gasLimit: 21_000n })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  });

  it('reads blocks with their transactions, and null for what is not there', async () => {
    const block = await provider.getBlock('latest', true);
    expect(block?.prefetchedTransactions).toHaveLength(block!.length);
    expect(await provider.getBlock(99_999)).toBeNull();
    expect(await provider.getTransactionReceipt(`0x${'ab'.repeat(32)}`)).toBeNull();
    expect((await provider.getFeeData()).gasPrice).toBe(0n);
  });
});
