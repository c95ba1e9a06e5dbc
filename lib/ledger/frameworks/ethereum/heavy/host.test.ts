import { encodeDeployData, encodeFunctionData, getContractAddress, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '@/lib/platform/pure/bytes';
import { createLedgerHost } from '../../../core/host';
import type { LedgerHost } from '../../../core/host-types';
import { chainId, type ChainId } from '../../../core/types';
import { createEmbeddedOrdering } from '../../../ordering/embedded/embedded-ordering';
import { createMemoryKeys } from '../../../storage/memory/memory-keys';
import { createMemoryStorage } from '../../../storage/memory/memory-storage';
import type { EthereumFramework } from '../framework';
import { compileWorkbench } from '../testing/compile-workbench';
import { HTTP_NODE_PORTS, NO_OTHERS } from '../testing/http-node';
import { TEST_CHAIN_ID } from '../testing/test-chain';
import { createThreadedFramework } from '../testing/threaded-framework';

const { abi, bytecode } = compileWorkbench();
const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const contract = getContractAddress({ from: account.address, nonce: 0n });
const [burning, quiet] = [chainId('burning-1'), chainId('quiet-1')];

let opened: { readonly host: LedgerHost; readonly framework: EthereumFramework } | undefined;
afterEach(async () => {
  await opened?.host.close();
  await opened?.framework.close();
});

async function openHost(): Promise<LedgerHost> {
  const framework = await createThreadedFramework();
  const host = createLedgerHost({ storage: createMemoryStorage(), keys: createMemoryKeys(), ordering: createEmbeddedOrdering(), frameworks: [framework], link: NO_OTHERS, ports: HTTP_NODE_PORTS });
  opened = { host, framework };
  for (const chain of [burning, quiet]) {
    const { publicKey } = await host.createPeer(chain);
    await host.createChain({ chain, framework: 'ethereum', config: { chainId: TEST_CHAIN_ID.toString() }, time: HTTP_NODE_PORTS.now(), finality: 'solo', peers: [{ name: 'SIN', publicKey, orders: true }] });
  }
  return host;
}

async function send(host: LedgerHost, chain: ChainId, nonce: number, data: Hex, gas: bigint, to?: Hex): Promise<{ readonly succeeded: boolean }> {
  const signed = await account.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce, gas, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, data, ...(to === undefined ? {} : { to }) });
  const answer = await host.submit(chain, hexToBytes(signed.slice(2)));
  if (answer.state !== 'final') throw new Error(`the transaction is ${answer.state}`);
  return answer;
}

it('a block that burns much gas is made in a thread while other sub-chains make theirs', { timeout: 120_000 }, async () => {
  const host = await openHost();
  await send(host, burning, 0, encodeDeployData({ abi, bytecode, args: [42n] }), 3_000_000n);
  let isBurnt = false;
  const burnt = send(host, burning, 1, encodeFunctionData({ abi, functionName: 'spin' }), 4_000_000n, contract).finally(() => {
    isBurnt = true;
  });
  for (let nonce = 0; nonce < 10; nonce += 1) await send(host, quiet, nonce, '0x', 21_000n, account.address);
  expect(isBurnt).toBe(false);
  expect(await burnt).toMatchObject({ succeeded: false });
  expect(host.head(burning).height).toBe(2);
  expect(opened!.framework.threads().threads).toBe(1);
});

it('a heavy call sees the state of its own height to its end, whatever blocks come meanwhile', { timeout: 120_000 }, async () => {
  const host = await openHost();
  // Called with data it stores the first word; without it loops 32,768 times, then answers what is stored.
  // CALLDATASIZE PUSH1 0x19 JUMPI PUSH3 32768 JUMPDEST(8) PUSH1 1 SWAP1 SUB DUP1 PUSH1 8 JUMPI PUSH0 SLOAD PUSH0 MSTORE
  // PUSH1 32 PUSH0 RETURN JUMPDEST(0x19) PUSH0 CALLDATALOAD PUSH0 SSTORE STOP
  const runtime = '36601957' + '62008000' + '5b60019003806008575f545f5260205ff3' + '5b5f355f5500';
  await send(host, burning, 0, `0x60${(runtime.length / 2).toString(16).padStart(2, '0')}600c60003960${(runtime.length / 2).toString(16).padStart(2, '0')}6000f3${runtime}`, 1_000_000n);
  const word = (value: number): Hex => `0x${bytesToHex(Uint8Array.of(value)).padStart(64, '0')}`;
  await send(host, burning, 1, word(5), 100_000n, contract);
  const call = host.query(burning, { method: 'eth_call', params: [{ to: contract }, 'latest'] }, AbortSignal.timeout(60_000));
  await send(host, burning, 2, word(6), 100_000n, contract);
  expect(await call).toBe(word(5));
  expect(await host.query(burning, { method: 'eth_call', params: [{ to: contract }, 'latest'] }, AbortSignal.timeout(60_000))).toBe(word(6));
});
