import { encodeDeployData, encodeFunctionData, getContractAddress, keccak256, toEventSelector, toHex, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileWorkbench } from '../../testing/compile-workbench';
import { TEST_CHAIN_ID, TestChain } from '../../testing/test-chain';
import { LOG_BLOCKS_MAX, LOGS_MAX } from './log-methods';

const account = privateKeyToAccount(`0x${'aa'.repeat(32)}`);
const sender = account.address.toLowerCase();
const { abi, bytecode } = compileWorkbench();
const contract = getContractAddress({ from: account.address, nonce: 0n }).toLowerCase() as Hex;
const stored = toEventSelector('Stored(address,uint256,uint256)');
const blob = toEventSelector('Blob(bytes)');
const topic = (value: bigint): Hex => toHex(value, { size: 32 });

let chain: TestChain;
let nonce = 0;
const send = async (fields: Record<string, unknown>): Promise<Uint8Array> => {
  const signed = await account.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce: nonce++, gas: 500_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, to: contract, ...fields } as never);
  return new Uint8Array(Buffer.from(signed.slice(2), 'hex'));
};
const call = (functionName: string, args: unknown[]): Promise<Uint8Array> => send({ data: encodeFunctionData({ abi, functionName, args }) });
const ask = (method: string, ...params: unknown[]): Promise<unknown> => chain.query(method, params);
const logs = async (filter: Record<string, unknown>): Promise<{ topics: Hex[]; blockNumber: Hex; logIndex: Hex; transactionIndex: Hex; transactionHash: Hex }[]> => (await ask('eth_getLogs', filter)) as never;

/**
 * Block 1 deploys. Blocks 2 to 5 each store slot n and log a blob; block 6 is empty; block 7 has three transactions,
 * the second of which fails.
 */
beforeAll(async () => {
  chain = await TestChain.open();
  await chain.seal([await send({ to: undefined, gas: 5_000_000n, data: encodeDeployData({ abi, bytecode, args: [1n] }) })]);
  for (let slot = 2n; slot <= 5n; slot++) await chain.seal([await call('store', [slot, slot * 10n]), await call('log', [toHex(slot)])]);
  await chain.seal([]);
  await chain.seal([await call('store', [2n, 1n]), await call('failWithReason', ['no']), await call('store', [3n, 1n])]);
});

describe('eth_getLogs', () => {
  it('finds by address and topics, in order, with indices that count through the block', async () => {
    const all = await logs({ fromBlock: 'earliest', toBlock: 'latest' });
    expect(all.map(({ blockNumber, transactionIndex, logIndex, topics }) => [Number(blockNumber), Number(transactionIndex), Number(logIndex), topics[0]])).toEqual([
      ...[2, 3, 4, 5].flatMap((block) => [[block, 0, 0, stored], [block, 1, 1, blob]]),
      [7, 0, 0, stored],
      [7, 2, 1, stored],
    ]);
    expect(await logs({ fromBlock: '0x0', address: contract, topics: [stored] })).toHaveLength(6);
    expect(await logs({ fromBlock: '0x0', address: [sender, contract], topics: [null, topic(BigInt(sender)), topic(2n)] })).toHaveLength(2);
    expect(await logs({ fromBlock: '0x0', topics: [[stored, blob], null, [topic(4n), topic(5n)]] })).toHaveLength(2);
    expect(await logs({ fromBlock: '0x0', topics: [blob, null] }), 'more positions than the log has topics').toHaveLength(0);
    expect(await logs({ fromBlock: '0x0', address: sender })).toEqual([]);
    expect(await logs({ fromBlock: '0x0', address: [], topics: [] })).toHaveLength(10);
  });

  it('refuses what would be too large an answer instead of gathering it in memory', async () => {
    const large = await TestChain.open();
    let own = 0;
    const sign = async (fields: Record<string, unknown>): Promise<Uint8Array> => {
      const signed = await account.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce: own++, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, ...fields } as never);
      return new Uint8Array(Buffer.from(signed.slice(2), 'hex'));
    };
    // PUSH3 1 MiB, PUSH1 0, LOG0, STOP: a creation that logs a mebibyte.
    for (let at = 0; at < 9; at += 1) await large.seal([await sign({ to: undefined, gas: 30_000_000n, data: '0x621000006000a000' })]);
    await expect(large.query('eth_getLogs', [{ fromBlock: '0x0' }])).rejects.toMatchObject({ code: -32005, message: expect.stringMatching(/more than \d+ bytes of logs/) });
    expect(await large.query('eth_getLogs', [{ fromBlock: '0x0', toBlock: '0x8' }])).toHaveLength(8);
  });

  it('looks at the head alone when no range is given, and at one block by its hash', async () => {
    expect(await logs({})).toHaveLength(2);
    const block = (await ask('eth_getBlockByNumber', '0x3', false)) as { hash: Hex };
    expect((await logs({ blockHash: block.hash })).map(({ blockNumber }) => blockNumber)).toEqual(['0x3', '0x3']);
    await expect(ask('eth_getLogs', { blockHash: `0x${'00'.repeat(32)}` })).rejects.toMatchObject({ code: -32000, message: 'unknown block' });
    await expect(ask('eth_getLogs', { blockHash: block.hash, fromBlock: '0x1' })).rejects.toMatchObject({ code: -32602 });
  });

  it('takes a range that begins after the head, as clients do between blocks, and refuses one that ends before it begins', async () => {
    expect(await logs({ fromBlock: '0x8' })).toEqual([]);
    expect(await logs({ fromBlock: '0x7', toBlock: '0xffff' })).toHaveLength(2);
    await expect(ask('eth_getLogs', { fromBlock: '0x5', toBlock: '0x4' })).rejects.toMatchObject({ code: -32602, message: 'invalid block range params' });
  });

  it.each([
    [{ topics: [stored, stored, stored, stored, stored] }, /at most 4 topics/],
    [{ topics: ['0x12'] }, /topics/],
    [{ address: '0x12' }, /address/],
    [{ address: Array.from({ length: 1_001 }, () => sender) }, /address/],
    [{ fromBlock: 'soon' }, /fromBlock/],
  ])('refuses the filter %j', async (filter, message) => {
    await expect(ask('eth_getLogs', filter)).rejects.toMatchObject({ code: -32602, message: expect.stringMatching(message) });
  });

  it('refuses ranges and results that are too large, and says the limit', async () => {
    const long = await TestChain.open();
    const { head } = long;
    for (let height = 1; height <= LOG_BLOCKS_MAX; height++) long.blocks.push({ ...head, height: height as typeof head.height });
    await expect(long.query('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }])).rejects.toMatchObject({ code: -32005, message: `block range is too large: ${LOG_BLOCKS_MAX + 1} blocks, at most ${LOG_BLOCKS_MAX} can be searched at once` });
    expect(await long.query('eth_getLogs', [{ fromBlock: '0x1', toBlock: 'latest' }])).toEqual([]);

    const loud = await TestChain.open();
    // Creation code that writes 6,000 empty logs: a counter in memory, LOG0 in a loop.
    const noisy = '0x5b60006000a0600051600101806000526117701160005700';
    for (const block of [0, 1]) {
      const signed = await account.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce: block, gas: 29_000_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, data: noisy });
      expect((await loud.seal([new Uint8Array(Buffer.from(signed.slice(2), 'hex'))])).transactions).toMatchObject([{ succeeded: true }]);
    }
    expect(await loud.query('eth_getLogs', [{ fromBlock: '0x1', toBlock: '0x1' }])).toHaveLength(6_000);
    await expect(loud.query('eth_getLogs', [{ fromBlock: '0x1' }])).rejects.toMatchObject({ code: -32005, message: expect.stringContaining(`more than ${LOGS_MAX} logs`) });
  });

  it('stops when the caller\'s time is up', async () => {
    await expect(chain.query('eth_getLogs', [{}], AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });
});

describe('blocks and transactions', () => {
  it('are the same by number, hash and index', async () => {
    const byNumber = (await ask('eth_getBlockByNumber', '0x7', true)) as { hash: Hex; transactions: { hash: Hex }[]; size: Hex; gasUsed: Hex };
    expect(await ask('eth_getBlockByHash', byNumber.hash, true)).toEqual(byNumber);
    expect(await ask('eth_getBlockTransactionCountByNumber', 'latest')).toBe('0x3');
    expect(await ask('eth_getBlockTransactionCountByHash', byNumber.hash)).toBe('0x3');
    expect(await ask('eth_getTransactionByBlockNumberAndIndex', '0x7', '0x1')).toEqual(byNumber.transactions[1]);
    expect(await ask('eth_getTransactionByBlockHashAndIndex', byNumber.hash, '0x1')).toEqual(byNumber.transactions[1]);
    expect(await ask('eth_getTransactionByHash', byNumber.transactions[1]!.hash)).toEqual(byNumber.transactions[1]);
    expect(await ask('eth_getUncleCountByBlockNumber', '0x7')).toBe('0x0');
    expect(await ask('eth_getUncleCountByBlockHash', byNumber.hash)).toBe('0x0');
    const { blocks } = chain;
    const payload = blocks[7]!.transactions.reduce((sum, bytes) => sum + bytes.length, blocks[7]!.frameworkHeader.length);
    expect(Number(byNumber.size)).toBeGreaterThan(payload);
    expect(Number(byNumber.size)).toBeLessThan(payload + 30);
  });

  it('have receipts with cumulative gas, status and a filter of their own logs', async () => {
    const receipts = (await ask('eth_getBlockReceipts', '0x7')) as { status: Hex; gasUsed: Hex; cumulativeGasUsed: Hex; transactionHash: Hex; logs: unknown[]; logsBloom: Hex }[];
    expect(receipts.map(({ status }) => status)).toEqual(['0x1', '0x0', '0x1']);
    expect(receipts.map(({ logs: { length } }) => length)).toEqual([1, 0, 1]);
    let cumulative = 0;
    for (const receipt of receipts) {
      cumulative += Number(receipt.gasUsed);
      expect(Number(receipt.cumulativeGasUsed)).toBe(cumulative);
      expect(await ask('eth_getTransactionReceipt', receipt.transactionHash)).toEqual(receipt);
    }
    expect(BigInt(receipts[1]!.logsBloom)).toBe(0n);
    expect(BigInt(receipts[0]!.logsBloom)).not.toBe(0n);
    const block = (await ask('eth_getBlockByNumber', '0x7', false)) as { logsBloom: Hex; gasUsed: Hex };
    expect(BigInt(block.logsBloom)).toBe(receipts.reduce((sum, { logsBloom }) => sum | BigInt(logsBloom), 0n));
    expect(Number(block.gasUsed)).toBe(cumulative);
  });

  it('that do not exist are null, not errors', async () => {
    const hash = `0x${'12'.repeat(32)}`;
    expect(await Promise.all([ask('eth_getBlockByNumber', '0x99', false), ask('eth_getBlockByHash', hash, false), ask('eth_getTransactionByHash', hash), ask('eth_getTransactionReceipt', hash), ask('eth_getBlockReceipts', '0x99'), ask('eth_getTransactionByBlockNumberAndIndex', '0x7', '0x9'), ask('eth_getTransactionByBlockHashAndIndex', hash, '0x0'), ask('eth_getBlockTransactionCountByNumber', '0x99'), ask('eth_getUncleCountByBlockHash', hash)])).toEqual(Array.from({ length: 9 }, () => null));
  });

  it('take every tag: all but the earliest are the head, because a block is final when it can be seen', async () => {
    const heads = (await Promise.all(['latest', 'pending', 'safe', 'finalized'].map((tag) => ask('eth_getBlockByNumber', tag, false)))) as { number: Hex }[];
    expect(heads.map(({ number }) => number)).toEqual(['0x7', '0x7', '0x7', '0x7']);
    expect(await ask('eth_getBlockByNumber', 'earliest', false)).toMatchObject({ number: '0x0', parentHash: `0x${'00'.repeat(32)}`, transactions: [] });
    expect(await ask('eth_getBlockReceipts', { blockNumber: '0x6' })).toEqual([]);
  });
});

describe('state', () => {
  it('is read at the head, by tag, number, EIP-1898 hash or nothing at all', async () => {
    const { hash } = (await ask('eth_getBlockByNumber', 'latest', false)) as { hash: Hex };
    for (const block of [[], ['latest'], ['0x7'], [{ blockHash: hash }], [{ blockNumber: '0x7', requireCanonical: true }], [null]]) expect(await ask('eth_getTransactionCount', sender, ...block)).toBe(`0x${nonce.toString(16)}`);
    await expect(ask('eth_getCode', contract, '0x1')).rejects.toMatchObject({ message: expect.stringMatching(/block 1 was asked for, the latest is 7/) });
  });

  it('has code, slots as 32 bytes, and nothing for accounts that do not exist', async () => {
    expect(await ask('eth_getCode', contract)).toMatch(/^0x60/);
    const slot = keccak256(`${topic(5n)}${topic(0n).slice(2)}`);
    expect(await ask('eth_getStorageAt', contract, slot)).toBe(topic(50n));
    expect(await ask('eth_getStorageAt', contract, '0x7')).toBe(topic(0n));
    expect(await ask('eth_getCode', sender)).toBe('0x');
    expect(await ask('eth_getBalance', `0x${'07'.repeat(20)}`)).toBe('0x0');
  });
});

describe('eth_call and eth_estimateGas', () => {
  const data = (functionName: string, args: unknown[] = []): Hex => encodeFunctionData({ abi, functionName, args });

  it('leave nothing behind', async () => {
    const before = chain.state.size;
    expect(await ask('eth_call', { from: sender, to: contract, data: data('store', [2n, 77n]) })).toBe(topic(1n));
    expect(await ask('eth_call', { to: contract, input: data('values', [2n]) })).toBe(topic(1n));
    await ask('eth_estimateGas', { from: sender, to: contract, data: data('store', [9n, 77n]) });
    expect(chain.state.size).toBe(before);
    expect(await ask('eth_getTransactionCount', sender)).toBe(`0x${nonce.toString(16)}`);
  });

  it('take state overrides: balance, nonce, code, whole storage or single slots', async () => {
    const other = `0x${'0b'.repeat(20)}`;
    const returnBalance = '0x4760005260206000f3';
    expect(await ask('eth_call', { to: other }, 'latest', { [other]: { code: returnBalance, balance: '0x2a' } })).toBe(topic(42n));
    const slot = keccak256(`${topic(5n)}${topic(0n).slice(2)}`);
    expect(await ask('eth_call', { to: contract, data: data('values', [5n]) }, 'latest', { [contract]: { stateDiff: { [slot]: topic(6n) } } })).toBe(topic(6n));
    expect(await ask('eth_call', { to: contract, data: data('values', [5n]) }, 'latest', { [contract]: { state: {} } })).toBe(topic(0n));
    await expect(ask('eth_call', { to: contract }, 'latest', { [contract]: { state: {}, stateDiff: {} } })).rejects.toMatchObject({ code: -32602 });
    await expect(ask('eth_call', { to: contract }, 'latest', { [contract]: { movePrecompileToAddress: other } })).rejects.toMatchObject({ code: -32602 });
    // Every attempt of the estimate sees them.
    expect(Number(await ask('eth_estimateGas', { from: other, to: contract, value: '0x5', data: data('store', [8n, 1n]) }, 'latest', { [other]: { balance: '0x5' } }))).toBeGreaterThan(40_000);
  });

  it('are bounded by the block\'s gas, however much is asked for', async () => {
    const gasLeft = '0x5a60005260206000f3';
    const asked = { data: gasLeft, gas: '0xffffffffffff' };
    expect(Number(await ask('eth_call', asked))).toBeLessThan(30_000_000);
    expect(Number(await ask('eth_call', asked))).toBeGreaterThan(29_000_000);
    await expect(ask('eth_call', { to: contract, gas: '0x100' })).rejects.toMatchObject({ message: 'intrinsic gas too low: have 256, want 21000' });
  });

  it('run creation code without sending it, as viem\'s deployless calls do', async () => {
    expect(await ask('eth_call', { data: '0x602a60005260206000f3' })).toBe(topic(42n));
    await expect(ask('eth_call', { data: `0x${'00'.repeat(49_153)}` })).rejects.toMatchObject({ message: expect.stringMatching(/max initcode size exceeded/) });
  });

  it('estimate a plain transfer at 21,000 and limit the search by what the sender can pay', async () => {
    const poor = `0x${'0c'.repeat(20)}`;
    expect(await ask('eth_estimateGas', { to: poor })).toBe('0x5208');
    await expect(ask('eth_estimateGas', { from: poor, to: contract, gasPrice: '0x1', data: data('push', [1n]) })).rejects.toMatchObject({ message: 'gas required exceeds allowance (0)' });
  });
});

describe('the node', () => {
  it('describes itself', async () => {
    expect(await Promise.all(['net_version', 'eth_chainId', 'eth_blockNumber', 'eth_syncing', 'eth_accounts', 'eth_gasPrice', 'eth_maxPriorityFeePerGas', 'net_listening', 'web3_clientVersion'].map((method) => ask(method)))).toEqual([
      TEST_CHAIN_ID.toString(), toHex(TEST_CHAIN_ID), '0x7', false, [], '0x0', '0x0', true, 'Chainworks/ethereum',
    ]);
    expect(await ask('web3_sha3', '0x1234')).toBe(keccak256('0x1234'));
  });

  it('says that it is catching up while others told of blocks that it lacks', async () => {
    const behind = await chain.instance.query({ method: 'eth_syncing', params: [] }, { ...chain.view(), knownHeight: 9 });
    expect(behind).toEqual({ startingBlock: '0x7', currentBlock: '0x7', highestBlock: '0x9' });
  });

  it('has a fee history of zeros over the blocks there are', async () => {
    expect(await ask('eth_feeHistory', '0x2', 'latest', [10, 90])).toMatchObject({ oldestBlock: '0x6', baseFeePerGas: ['0x0', '0x0', '0x0'], gasUsedRatio: [0, expect.any(Number)], reward: [['0x0', '0x0'], ['0x0', '0x0']] });
    expect(await ask('eth_feeHistory', 100, 'latest', null)).toMatchObject({ oldestBlock: '0x0' });
    await expect(ask('eth_feeHistory', '0x401', 'latest', [])).rejects.toMatchObject({ code: -32005 });
    await expect(ask('eth_feeHistory', '0x1', '0x99', [])).rejects.toMatchObject({ code: -32000, message: 'request beyond head block' });
  });

  it('does not know a method that is no method, nor one that only objects have', async () => {
    for (const method of ['eth_nothing', 'constructor', 'toString']) await expect(ask(method)).rejects.toMatchObject({ code: -32601 });
    await expect(chain.instance.query('eth_chainId', chain.view())).rejects.toThrow();
  });
});

describe('a peer that joined from a snapshot', () => {
  it('says of blocks that it has not fetched yet that they are not here, never that there are none', async () => {
    chain.firstHeight = 4;
    try {
      const { hash } = (await ask('eth_getBlockByNumber', '0x5', false)) as { hash: Hex };
      const notHere = { code: -32000, message: expect.stringMatching(/^block 3 is not in this city node yet/) };
      await expect(ask('eth_getBlockByNumber', '0x3', false)).rejects.toMatchObject(notHere);
      await expect(ask('eth_getBlockTransactionCountByNumber', '0x3')).rejects.toMatchObject(notHere);
      await expect(ask('eth_getBlockReceipts', '0x3')).rejects.toMatchObject(notHere);
      await expect(ask('eth_getTransactionByBlockNumberAndIndex', '0x3', '0x0')).rejects.toMatchObject(notHere);
      await expect(ask('eth_getLogs', { fromBlock: '0x3', toBlock: '0x3' })).rejects.toMatchObject(notHere);
      expect(await ask('eth_getBlockByHash', hash, false)).toMatchObject({ number: '0x5' });
      expect(await ask('eth_getBlockByNumber', '0xff', false)).toBeNull();
      expect(await logs({ fromBlock: '0x4', toBlock: '0x5' })).toHaveLength(4);
    } finally {
      chain.firstHeight = 0;
    }
  });
});
