import type { Hex } from 'viem';
import { encodeDeployData, encodeFunctionData, getContractAddress } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LedgerError } from '../../../core/errors';
import { TransactionRefused } from '../../../core/framework';
import { compileWorkbench } from '../testing/compile-workbench';
import { TEST_CHAIN_ID, TestChain } from '../testing/test-chain';
import { createEthereumDoor, type EthereumBackend, type EthereumDoor } from './door';
import { parseRequests } from './parse-requests';

const account = privateKeyToAccount(`0x${'99'.repeat(32)}`);
const { abi, bytecode } = compileWorkbench();
const contract = getContractAddress({ from: account.address, nonce: 0n });
const never = new AbortController().signal;

let chain: TestChain;
let door: EthereumDoor;
let unexpected: { error: unknown; method: string }[];

beforeAll(async () => {
  chain = await TestChain.open({ allocations: { [account.address.toLowerCase()]: '1000' } });
  await chain.seal([bytesOf(await sign({ data: encodeDeployData({ abi, bytecode, args: [1n] }), to: undefined, gas: 5_000_000n }))]);
});

beforeEach(async () => {
  unexpected = [];
  door = await createEthereumDoor({ onUnexpected: (error, method) => void unexpected.push({ error, method }) });
});

type Answer = { jsonrpc: string; id: unknown; result?: unknown; error?: { code: number; message: string; data?: unknown } };

/** Bytes in, JSON out, as the gateway does it. */
async function post(body: unknown, options: { backend?: EthereumBackend; readSignal?: AbortSignal; sendSignal?: AbortSignal } = {}): Promise<Answer | Answer[] | undefined> {
  const { backend = chain.backend(), readSignal = never, sendSignal = never } = options;
  const requests = parseRequests(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)));
  const bytes = await door.answer(requests, (call) => door.handle(call, backend, { readSignal, sendSignal }));
  return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as Answer | Answer[]);
}

async function ask(method: string, params: unknown[] = [], options: Parameters<typeof post>[1] = {}): Promise<Answer> {
  const answer = await post({ jsonrpc: '2.0', id: 7, method, params }, options);
  if (answer === undefined || Array.isArray(answer)) throw new Error('one answer was expected');
  return answer;
}

async function sign(fields: Record<string, unknown> = {}): Promise<Hex> {
  return account.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce: 0, gas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, to: account.address, ...fields } as never);
}

function bytesOf(hex: Hex): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}

describe('bad input has a clear answer, and nothing is lost', () => {
  it.each([
    ['malformed JSON', '{"jsonrpc":"2.0",', -32700, /parse error/],
    ['a body that is no request', '"hello"', -32600, /invalid request/],
    ['a count of connections that nobody keeps', { jsonrpc: '2.0', id: 1, method: 'net_peerCount' }, -32601, /net_peerCount is not available: a peer keeps no connections/],
    ['the price of what there is not', { jsonrpc: '2.0', id: 1, method: 'eth_blobBaseFee' }, -32601, /no blob transactions/],
    ['an unknown method', { jsonrpc: '2.0', id: 1, method: 'eth_mineCoins' }, -32601, /the method eth_mineCoins does not exist\/is not available/],
    ['a subscription', { jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }, -32601, /subscriptions and filters are not offered over HTTP/],
    ['a filter', { jsonrpc: '2.0', id: 1, method: 'eth_newFilter', params: [{}] }, -32601, /poll eth_getLogs/],
    ['a request to sign', { jsonrpc: '2.0', id: 1, method: 'eth_sendTransaction', params: [{}] }, -32601, /holds no keys/],
    ['a missing argument', { jsonrpc: '2.0', id: 1, method: 'eth_getBalance' }, -32602, /missing value for required argument 0/],
    ['an address of the wrong type', { jsonrpc: '2.0', id: 1, method: 'eth_getBalance', params: [5, 'latest'] }, -32602, /invalid argument 0/],
    ['an address that is too short', { jsonrpc: '2.0', id: 1, method: 'eth_getBalance', params: ['0x12', 'latest'] }, -32602, /invalid argument 0: an address/],
    ['a block tag that does not exist', { jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: ['newest', false] }, -32602, /invalid argument 0: a block number/],
    ['a number with leading zeros', { jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: ['0x01', false] }, -32602, /invalid argument 0/],
    ['too many arguments', { jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: ['latest', false, 1] }, -32602, /too many arguments, want at most 2/],
    ['calldata that is not hexadecimal', { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{ data: '0xzz' }] }, -32602, /invalid argument 0: data: hexadecimal bytes/],
    ['both kinds of fees', { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{ gasPrice: '0x0', maxFeePerGas: '0x0' }] }, -32602, /both gasPrice and/],
    ['block overrides', { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{}, 'latest', {}, { number: '0x1' }] }, -32602, /block overrides are not supported/],
    ['historical state', { jsonrpc: '2.0', id: 1, method: 'eth_getBalance', params: [account.address, '0x0'] }, -32000, /historical state is not kept/],
    ['state of a block that does not exist', { jsonrpc: '2.0', id: 1, method: 'eth_getBalance', params: [account.address, '0xffff'] }, -32000, /header not found/],
    ['a transaction that is not hexadecimal', { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: ['hello'] }, -32602, /hexadecimal bytes/],
    ['a transaction that is none', { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: ['0xc0'] }, -32000, /rlp: the bytes are not a signed transaction/],
    ['an oversized transaction', { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [`0x${'00'.repeat(131_073)}`] }, -32000, /^oversized data: transaction size 131073, limit 131072$/],
    ['calldata that is too long', { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{ data: `0x${'00'.repeat(131_073)}` }] }, -32602, /at most 131072 bytes/],
  ])('%s', async (_name, body, code, message) => {
    const before = chain.head.height;
    expect(await post(body)).toMatchObject({ error: { code, message: expect.stringMatching(message) } });
    expect(chain.head.height).toBe(before);
    expect(unexpected).toEqual([]);
  });

  it.each([
    ['wrong chain id', { chainId: 1 }, /^invalid sender: invalid chain id for signer: have 1 want 1234567890123$/],
    ['nonce too low', { nonce: 0 }, /^nonce too low: next nonce 1, tx nonce 0$/],
    ['nonce too high', { nonce: 900 }, /^nonce too high: /],
    ['insufficient funds', { nonce: 1, value: 1_001n }, /^insufficient funds for gas \* price \+ value: balance 1000, tx cost 1001, overshot 1$/],
    ['intrinsic gas', { nonce: 1, gas: 20_000n }, /^intrinsic gas too low: gas 20000, minimum needed 21000$/],
    ['creation code too long', { nonce: 1, to: undefined, gas: 9_000_000n, data: `0x${'00'.repeat(49_153)}` }, /^max initcode size exceeded: code size 49153, limit 49152$/],
  ])('a transaction with %s', async (_name, fields, message) => {
    expect(await ask('eth_sendRawTransaction', [await sign(fields)])).toMatchObject({ id: 7, error: { code: -32000, message: expect.stringMatching(message) } });
  });

  it('a transaction with a broken signature', async () => {
    const signed = await sign({ nonce: 1 });
    const broken = `${signed.slice(0, -64)}${'f'.repeat(64)}`;
    expect(await ask('eth_sendRawTransaction', [broken])).toMatchObject({ error: { code: -32000, message: 'invalid sender: invalid transaction v, r, s values' } });
  });

  it('a call that loops ends at its gas, and at its time', async () => {
    const spin = { to: contract, data: encodeFunctionData({ abi, functionName: 'spin' }), gas: '0x30d40' };
    expect(await ask('eth_call', [spin])).toMatchObject({ error: { code: -32000, message: 'out of gas' } });
    expect(await ask('eth_estimateGas', [spin])).toMatchObject({ error: { code: -32000, message: 'gas required exceeds allowance (200000)' } });
    const readSignal = AbortSignal.timeout(20);
    const { gas: _gas, ...unlimited } = spin;
    expect(await ask('eth_call', [unlimited], { readSignal })).toMatchObject({ error: { code: -32000, message: 'execution aborted: the time limit for a read was reached' } });
    expect(unexpected).toEqual([]);
  });

  it('a call that sends more than its sender has', async () => {
    const asked = { from: account.address, to: account.address, value: '0x7d0' };
    expect(await ask('eth_call', [asked])).toMatchObject({ error: { code: -32000, message: `insufficient funds for gas * price + value: address ${account.address.toLowerCase()} have 1000 want 2000` } });
    expect(await ask('eth_estimateGas', [asked])).toMatchObject({ error: { message: expect.stringMatching(/insufficient funds/) } });
  });

  it('a revert, with its reason and its data', async () => {
    const call = (functionName: string, args: unknown[]): unknown => ({ to: contract, data: encodeFunctionData({ abi, functionName, args }) });
    expect(await ask('eth_call', [call('failWithReason', ['closed'])])).toMatchObject({ error: { code: 3, message: 'execution reverted: closed', data: expect.stringMatching(/^0x08c379a0/) } });
    expect(await ask('eth_estimateGas', [call('failWithError', [3n])])).toMatchObject({ error: { code: 3, message: 'execution reverted', data: expect.stringMatching(/^0x[0-9a-f]{136}$/) } });
  });
});

describe('sending', () => {
  it('answers the hash once the block is there, so that the receipt is found at once', async () => {
    const signed = await sign({ nonce: 1 });
    const { result } = await ask('eth_sendRawTransaction', [signed]);
    expect(await ask('eth_getTransactionReceipt', [result])).toMatchObject({ result: { transactionHash: result, status: '0x1' } });
  });

  it('answers the hash when the time for waiting is over: the transaction stays queued', async () => {
    const signed = await sign({ nonce: 2 });
    const controller = new AbortController();
    const slow: EthereumBackend = {
      ...chain.backend(),
      submit: (_bytes, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    };
    const pending = ask('eth_sendRawTransaction', [signed], { backend: slow, sendSignal: controller.signal });
    controller.abort(new Error('waited long enough'));
    expect(await pending).toEqual({ jsonrpc: '2.0', id: 7, result: `0x${Buffer.from(chain.framework.crypto.keccak256(bytesOf(signed))).toString('hex')}` });
  });

  it.each([
    [new TransactionRefused('sequence-taken', 'another transaction waits'), -32000, /^replacement transaction underpriced: /],
    [new TransactionRefused('sequence-too-high', 'sequence 9'), -32000, /^nonce too high: /],
    [new TransactionRefused('sequence-too-low', 'sequence 1'), -32000, /^nonce too low: /],
    [new LedgerError('storage-full', { retryAfterMs: 1_000 }, 'full'), -32005, /^the disk of this city node is full: try again in 1000 ms$/],
    [new LedgerError('queue-full', { chain: 'c', retryAfterMs: 250 }, 'full'), -32005, /^too many transactions are waiting: try again in 250 ms$/],
    [new LedgerError('chain-stopped', { chain: 'c', reason: 'wrong root' }, 'stopped'), -32000, /takes no transactions here: wrong root/],
    [new LedgerError('peers-unreachable', { chain: 'c' }, 'alone'), -32000, /cannot be reached/],
    [new LedgerError('closing', {}, 'closing'), -32000, /shutting down/],
  ])('says what the ledger refused in words that clients know: %s', async (error, code, message) => {
    const backend: EthereumBackend = { ...chain.backend(), submit: () => Promise.reject(error) };
    expect(await ask('eth_sendRawTransaction', [await sign()], { backend })).toMatchObject({ error: { code, message: expect.stringMatching(message) } });
    expect(unexpected).toEqual([]);
  });

  it('says in data when to try again, so that a client need not read the message', async () => {
    const full = new LedgerError('queue-full', { chain: 'c', retryAfterMs: 250 }, 'full');
    const backend: EthereumBackend = { ...chain.backend(), submit: () => Promise.reject(full) };
    expect(await ask('eth_sendRawTransaction', [await sign()], { backend })).toMatchObject({ error: { code: -32005, data: { retryAfterMs: 250 } } });
  });

  it('hides an error of ours from the client and reports it', async () => {
    const error = new Error('secret detail');
    const backend: EthereumBackend = { submit: () => Promise.reject(error), query: () => Promise.reject(error) };
    expect(await ask('eth_sendRawTransaction', [await sign()], { backend })).toEqual({ jsonrpc: '2.0', id: 7, error: { code: -32603, message: 'internal error' } });
    expect(await ask('eth_chainId', [], { backend })).toMatchObject({ error: { code: -32603 } });
    expect(unexpected).toEqual([{ error, method: 'eth_sendRawTransaction' }, { error, method: 'eth_chainId' }]);
  });
});

describe('batches', () => {
  const call = (id: number | undefined, method: string, params: unknown[] = []): unknown => ({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params });

  it('are answered in the order of the requests, broken ones included', async () => {
    const answers = await post([call(1, 'eth_chainId'), 5, call(3, 'eth_nothing'), call(2, 'net_version')]);
    expect(answers).toMatchObject([{ id: 1, result: '0x11f71fb04cb' }, { id: null, error: { code: -32600 } }, { id: 3, error: { code: -32601 } }, { id: 2, result: '1234567890123' }]);
  });

  it('hand sends over in their order, and let a read see the sends before it and not those after', async () => {
    const order: string[] = [];
    const backend: EthereumBackend = {
      submit: async (bytes) => {
        order.push(`send ${bytes.length}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
        order.push(`sent ${bytes.length}`);
      },
      query: async ({ method }) => {
        order.push(method);
        return null;
      },
    };
    await post([call(1, 'eth_blockNumber'), call(2, 'eth_sendRawTransaction', ['0x11']), call(3, 'eth_sendRawTransaction', ['0x1122']), call(4, 'eth_gasPrice')], { backend });
    expect(order).toEqual(['send 1', 'send 2', 'eth_blockNumber', 'sent 1', 'sent 2', 'eth_gasPrice']);
  });

  it('carry out notifications without answering them, and answer nothing when there is nothing else', async () => {
    const seen: string[] = [];
    const backend: EthereumBackend = { submit: async () => void seen.push('send'), query: async ({ method }) => seen.push(method) };
    expect(await post([call(undefined, 'eth_chainId'), call(undefined, 'eth_sendRawTransaction', ['0x11'])], { backend })).toBeUndefined();
    expect(seen.sort()).toEqual(['eth_chainId', 'send']);
    expect(await post([call(undefined, 'eth_chainId'), call(1, 'eth_chainId')], { backend })).toHaveLength(1);
  });

  it('run a few reads side by side, not a hundred: each call holds an interpreter', async () => {
    let running = 0;
    let most = 0;
    const backend: EthereumBackend = {
      submit: async () => undefined,
      query: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        return null;
      },
    };
    expect(await post(Array.from({ length: 100 }, (_, id) => call(id, 'eth_chainId')), { backend })).toHaveLength(100);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('keep no more in memory than they may answer, and read no further once that is full', async () => {
    const small = await createEthereumDoor({ onUnexpected: () => {}, responseBytesMax: 10_000 });
    let reads = 0;
    let sends = 0;
    const backend: EthereumBackend = {
      submit: async () => void (sends += 1),
      query: async () => {
        reads += 1;
        await new Promise((resolve) => setTimeout(resolve, 1));
        return 'x'.repeat(4_000);
      },
    };
    const calls = [...Array.from({ length: 90 }, (_, id) => call(id, 'eth_chainId')), call(90, 'eth_sendRawTransaction', ['0x11'])];
    const requests = parseRequests(new TextEncoder().encode(JSON.stringify(calls)));
    const bytes = await small.answer(requests, (one) => small.handle(one, backend, { readSignal: never, sendSignal: never }));
    const answers = JSON.parse(new TextDecoder().decode(bytes)) as Answer[];
    expect(answers.map(({ id }) => id)).toEqual(calls.map((_, id) => id));
    expect(answers.filter(({ error }) => error?.code === -32003)).toHaveLength(88);
    expect(reads).toBeLessThanOrEqual(16);
    expect(sends).toBe(1);
  });

  it('replace answers that are too large for one response by an error', async () => {
    const small = await createEthereumDoor({ onUnexpected: () => {}, responseBytesMax: 300 });
    const backend: EthereumBackend = { submit: async () => undefined, query: async () => 'x'.repeat(200) };
    const requests = parseRequests(new TextEncoder().encode(JSON.stringify([call(1, 'eth_chainId'), call(2, 'eth_chainId')])));
    const bytes = await small.answer(requests, (one) => small.handle(one, backend, { readSignal: never, sendSignal: never }));
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject([{ id: 1, result: 'x'.repeat(200) }, { id: 2, error: { code: -32003, message: expect.stringMatching(/too large/) } }]);
  });
});
