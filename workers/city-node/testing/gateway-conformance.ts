import { Contract, ContractFactory, FetchRequest, JsonRpcProvider, NonceManager, Wallet, isError } from 'ethers';
import { createPublicClient, createWalletClient, defineChain, encodeFunctionData, http, parseAbi, parseEther, BaseError, ContractFunctionRevertedError, type Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileTill } from './compile-till';
import { openTestChain, TestHost } from '@/lib/gateway/testing';

const abi = parseAbi([
  'constructor(uint256 start)',
  'event Paid(address indexed from, uint256 amount)',
  'error TooLittle(uint256 given, uint256 wanted)',
  'function paid(address) view returns (uint256)',
  'function total() view returns (uint256)',
  'function pay(uint256 amount) returns (uint256)',
  'function spin() view returns (uint256)',
]);
/**
 * Unmodified viem and ethers against a real city-node process: three city nodes, one of which orders.
 *
 * @param prepare what is done with the sub-chain before clients come
 */
export function describeGatewayConformance(prepare: (host: TestHost, chain: string) => Promise<void>): void {
  let host: TestHost;
  let chain: string;
  let chainId: number;
  let writeKey: string;
  let readKey: string;
  let urlKey: string;
  let till: ReturnType<typeof compileTill>;

  beforeAll(async () => {
    till = compileTill();
    host = await TestHost.start(['SIN', 'PAR', 'NRT']);
    ({ chain, chainId } = await openTestChain([[host, 'SIN'], [host, 'PAR'], [host, 'NRT']]));
    await prepare(host, chain);
    writeKey = (await host.makeKey(chain)).text;
    readKey = (await host.makeKey(chain, { scope: 'read' })).text;
    urlKey = (await host.makeKey(chain, { kind: 'url' })).text;
  }, 180_000);
  afterAll(() => host.remove());

  const headers = (key: string) => ({ authorization: `Bearer ${key}` });

  function viemAt(cityNode: string, options: { key?: string; url?: string; batch?: boolean } = {}) {
    const account = privateKeyToAccount(generatePrivateKey());
    const viemChain = defineChain({ id: chainId, name: chain, nativeCurrency: { name: 'none', symbol: 'N', decimals: 18 }, rpcUrls: { default: { http: [host.endpoint(cityNode, chain)] } } });
    const transport = http(options.url ?? host.endpoint(cityNode, chain), { batch: options.batch ?? false, retryCount: 0, ...(options.url ? {} : { fetchOptions: { headers: headers(options.key ?? writeKey) } }) });
    const shared = { chain: viemChain, transport, pollingInterval: 50, cacheTime: 0 };
    return { account, reader: createPublicClient(shared), writer: createWalletClient({ ...shared, account }) };
  }

  function ethersAt(cityNode: string, key = writeKey) {
    const request = new FetchRequest(host.endpoint(cityNode, chain));
    request.setHeader('x-api-key', key);
    const provider = new JsonRpcProvider(request, undefined, { pollingInterval: 50, cacheTimeout: -1 });
    return { provider, wallet: new NonceManager(Wallet.createRandom().connect(provider)) };
  }

  async function deployWithViem(cityNode: string) {
    const clients = viemAt(cityNode);
    const hash = await clients.writer.deployContract({ abi, bytecode: till.bytecode, args: [5n] });
    const receipt = await clients.reader.waitForTransactionReceipt({ hash });
    if (!receipt.contractAddress) throw new Error('nothing was deployed');
    return { ...clients, hash, receipt, address: receipt.contractAddress };
  }

  describe.each(['SIN', 'PAR'])('viem at the door of %s', (cityNode) => {
    it('deploys, estimates, sends, calls and reads back what it did', async () => {
      const { reader, writer, account, receipt, address } = await deployWithViem(cityNode);
      expect(receipt.status).toBe('success');
      expect(await reader.getChainId()).toBe(chainId);
      expect(await reader.readContract({ abi, address, functionName: 'total' })).toBe(5n);
      const gas = await reader.estimateContractGas({ abi, address, functionName: 'pay', args: [7n], account });
      expect(gas).toBeGreaterThan(21_000n);
      const { request, result } = await reader.simulateContract({ abi, address, functionName: 'pay', args: [7n], account });
      expect(result).toBe(12n);
      const paid = await reader.waitForTransactionReceipt({ hash: await writer.writeContract(request) });
      expect(paid.logs).toHaveLength(1);
      expect(await reader.readContract({ abi, address, functionName: 'paid', args: [account.address] })).toBe(7n);
      const [event] = await reader.getContractEvents({ abi, address, eventName: 'Paid', fromBlock: 0n });
      expect(event?.args).toEqual({ from: account.address, amount: 7n });
      const block = await reader.getBlock({ blockHash: paid.blockHash });
      expect(block.transactions).toContain(paid.transactionHash);
      expect((await reader.getTransaction({ hash: paid.transactionHash })).from).toBe(account.address.toLowerCase());
      expect(await reader.getTransactionCount({ address: account.address })).toBe(2);
    });

    it('sees reverts with their reason and custom errors with their arguments', async () => {
      const { reader, account, address } = await deployWithViem(cityNode);
      await expect(reader.simulateContract({ abi, address, functionName: 'pay', args: [13n], account })).rejects.toThrow(/thirteen is refused/);
      const error = await reader.simulateContract({ abi, address, functionName: 'pay', args: [1n], account }).catch((reason: unknown) => reason);
      const reverted = error instanceof BaseError ? error.walk((cause) => cause instanceof ContractFunctionRevertedError) : undefined;
      expect(reverted instanceof ContractFunctionRevertedError && reverted.data).toMatchObject({ errorName: 'TooLittle', args: [1n, 2n] });
      await expect(reader.estimateContractGas({ abi, address, functionName: 'pay', args: [13n], account })).rejects.toThrow(/thirteen is refused/);
    });
  });

  describe.each(['SIN', 'NRT'])('ethers at the door of %s', (cityNode) => {
    it('deploys, estimates, sends, waits, calls and queries events', async () => {
      const { provider, wallet } = ethersAt(cityNode);
      const factory = new ContractFactory(till.abi, till.bytecode, wallet);
      const deployed = await (await factory.deploy(5n)).waitForDeployment();
      const contract = new Contract(await deployed.getAddress(), till.abi, wallet);
      expect((await provider.getNetwork()).chainId).toBe(BigInt(chainId));
      expect(await contract.getFunction('total')()).toBe(5n);
      const pay = contract.getFunction('pay');
      expect(await pay.estimateGas(9n)).toBeGreaterThan(21_000n);
      const receipt = await (await pay(9n)).wait();
      expect(receipt?.status).toBe(1);
      const [event] = await contract.queryFilter('Paid', 0);
      expect(event && 'args' in event && event.args.amount).toBe(9n);
      await expect(pay.staticCall(13n)).rejects.toThrow(/thirteen is refused/);
      const refused = await pay.staticCall(1n).catch((error: unknown) => error);
      expect(isError(refused, 'CALL_EXCEPTION') && refused.revert?.name).toBe('TooLittle');
      provider.destroy();
    });
  });

  describe('access keys with public clients', () => {
    it('lets a client that can take nothing but a URL read and write', async () => {
      const { reader, writer, account } = viemAt('SIN', { url: `${host.endpoint('SIN', chain)}/k/${urlKey}` });
      const hash = await writer.sendTransaction({ to: account.address, value: 0n });
      expect((await reader.waitForTransactionReceipt({ hash })).status).toBe('success');
    });

    it('lets a client use the id and secret as user and password of a URL', async () => {
      const [id, secret] = writeKey.split('.');
      const { reader } = viemAt('SIN', { url: host.endpoint('SIN', chain).replace('http://', `http://${id}:${secret}@`) });
      expect(await reader.getChainId()).toBe(chainId);
    });

    it('tells viem and ethers clearly that a read key does not send', async () => {
      const { reader, writer, account } = viemAt('SIN', { key: readKey });
      expect(await reader.getBlockNumber()).toBeGreaterThanOrEqual(0n);
      await expect(writer.sendTransaction({ to: account.address, value: 0n, gas: 21_000n })).rejects.toThrow(/access key may only read/);
      const { provider, wallet } = ethersAt('SIN', readKey);
      await expect(wallet.sendTransaction({ to: account.address, gasLimit: 21_000n })).rejects.toThrow(/access key may only read/);
      provider.destroy();
    });

    it('refuses a revoked key with the next request, at every city node', async () => {
      const { text, record } = await host.makeKey(chain);
      for (const cityNode of ['SIN', 'PAR', 'NRT']) expect(await viemAt(cityNode, { key: text }).reader.getChainId()).toBe(chainId);
      await host.client.putAccessKey({ ...record, revoked: true, version: 2 });
      for (const cityNode of ['SIN', 'PAR', 'NRT']) await expect(viemAt(cityNode, { key: text }).reader.getChainId()).rejects.toThrow(/revoked/);
      // An older record that comes late does not bring it back.
      expect(await host.client.putAccessKey(record)).toEqual({ id: record.id, version: 2 });
      await expect(viemAt('SIN', { key: text }).reader.getChainId()).rejects.toThrow(/revoked/);
    });

    it('refuses the key of another sub-chain like an unknown one', async () => {
      const other = await openTestChain([[host, 'SIN']]);
      const foreign = await host.makeKey(other.chain);
      await expect(viemAt('SIN', { key: foreign.text }).reader.getChainId()).rejects.toThrow(/not known for this sub-chain/);
    });
  });

  describe('transactions that may not be taken', () => {
    it.each<[string, (clients: ReturnType<typeof viemAt>) => Promise<Hex>, RegExp]>([
      ['a nonce that is used', ({ writer, account }) => writer.sendTransaction({ to: account.address, nonce: 0, gas: 21_000n }), /nonce/i],
      ['a nonce far ahead', ({ writer, account }) => writer.sendTransaction({ to: account.address, nonce: 5_000, gas: 21_000n }), /nonce too high/i],
      ['too little gas', ({ writer, account }) => writer.sendTransaction({ to: account.address, gas: 20_000n }), /intrinsic gas/i],
      ['more than the sender has', ({ writer, account }) => writer.sendTransaction({ to: account.address, value: parseEther('1'), gas: 21_000n }), /funds/i],
    ])('are refused with a clear error: %s', async (_, send, message) => {
      const clients = viemAt('PAR');
      const first = await clients.writer.sendTransaction({ to: clients.account.address });
      await clients.reader.waitForTransactionReceipt({ hash: first });
      await expect(send(clients)).rejects.toThrow(message);
    });

    it('are refused for another chain’s signature and for bytes that are no transaction', async () => {
      const { reader, account } = viemAt('SIN');
      const foreign = await account.signTransaction({ chainId: 1, nonce: 0, gas: 21_000n, to: account.address, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, type: 'eip1559' });
      await expect(reader.sendRawTransaction({ serializedTransaction: foreign })).rejects.toThrow(/chain id/i);
      await expect(reader.sendRawTransaction({ serializedTransaction: '0x02c0' })).rejects.toThrow();
      await expect(reader.sendRawTransaction({ serializedTransaction: '0xzz' })).rejects.toThrow();
    });

    it('are ended when they loop, in a call and in a transaction, while others go on', async () => {
      const { reader, writer, address, account } = await deployWithViem('SIN');
      await expect(reader.readContract({ abi, address, functionName: 'spin' })).rejects.toThrow(/time limit|out of gas/i);
      const hash = await writer.sendTransaction({ to: address, data: encodeFunctionData({ abi, functionName: 'spin' }), gas: 5_000_000n });
      const receipt = await reader.waitForTransactionReceipt({ hash });
      expect(receipt.status).toBe('reverted');
      expect(await reader.getTransactionCount({ address: account.address })).toBe(2);
    });
  });

  describe('batches and logs', () => {
    it('answers viem’s batches entry by entry', async () => {
      const { reader, account } = viemAt('SIN', { batch: true });
      const [id, count, block, missing] = await Promise.all([reader.getChainId(), reader.getTransactionCount({ address: account.address }), reader.getBlock(), reader.request({ method: 'eth_nothing' as never }).catch((error: unknown) => error)]);
      expect(id).toBe(chainId);
      expect(count).toBe(0);
      expect(block.number).toBeGreaterThan(0n);
      expect(String(missing)).toMatch(/not exist|not available|not supported/);
    });

    it('takes a batch of transactions of one sender in their order, and a read after them sees them', async () => {
      const { account } = viemAt('SIN');
      const raws = await Promise.all(Array.from({ length: 25 }, (_, nonce) => account.signTransaction({ chainId, nonce, gas: 21_000n, to: account.address, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, type: 'eip1559' })));
      const calls = [...raws.map((raw, id) => ({ jsonrpc: '2.0', id, method: 'eth_sendRawTransaction', params: [raw] })), { jsonrpc: '2.0', id: 'count', method: 'eth_getTransactionCount', params: [account.address, 'latest'] }];
      const response = await fetch(host.endpoint('SIN', chain), { method: 'POST', headers: { 'content-type': 'application/json', ...headers(writeKey) }, body: JSON.stringify(calls) });
      const answers = (await response.json()) as { id: number | string; result?: string; error?: unknown }[];
      expect(answers.filter((answer) => answer.error)).toEqual([]);
      expect(answers.find((answer) => answer.id === 'count')?.result).toBe('0x19');
    });
  });

  describe('the process’s log', () => {
    it('holds none of the keys that were used in this file, and no URL that carries one', async () => {
      await viemAt('SIN', { url: `${host.endpoint('SIN', 'nowhere-1')}/k/${urlKey}` }).reader.getChainId().catch(() => undefined);
      await viemAt('SIN', { url: `${host.endpoint('SIN', chain)}/k/${readKey}` }).reader.getChainId().catch(() => undefined);
      expect(host.output).toContain('gateway request refused');
      for (const key of [writeKey, readKey, urlKey]) expect(host.output).not.toContain(key.split('.')[1]);
      expect(host.output).not.toContain('/k/');
      expect(host.output).not.toContain(host.join.secret);
    });
  });
}
