import { privateKeyToAccount } from 'viem/accounts';
import type { Hex } from 'viem';
import { afterAll } from 'vitest';
import { describeFrameworkConformance } from '../../testing/framework-conformance';
import { createEthereumFramework } from './framework';
import { TEST_CHAIN_ID, yieldTurn } from './testing/test-chain';
import { createThreadedFramework } from './testing/threaded-framework';

const accounts = Array.from({ length: 8 }, (_, index) => privateKeyToAccount(`0x${(index + 1).toString(16).padStart(64, '0')}`));

async function sign(sender: number, nonce: number, data: Hex): Promise<Uint8Array> {
  const signed = await accounts[sender]!.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce, gas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, data });
  return new Uint8Array(Buffer.from(signed.slice(2), 'hex'));
}

const suite = {
  config: { chainId: TEST_CHAIN_ID.toString() },
  wrongConfig: { chainId: '1' },
  // Creates a contract with one byte of code, which logs once.
  transaction: (sender: number, index: number) => sign(sender, index, '0x60006000a0600160005360016000f3'),
  failing: (sender: number, index: number) => sign(sender, index, '0xfe'),
  malformed: [new Uint8Array(0), Uint8Array.of(0xc0), Uint8Array.of(2, 0xc0), new Uint8Array(200).fill(0xf8)],
};
const threaded = await createThreadedFramework({ limits: { gas: 0, ms: 0 } });
afterAll(() => threaded.close());

describeFrameworkConformance('ethereum', { ...suite, framework: await createEthereumFramework({ yieldTurn }) });
describeFrameworkConformance('ethereum, executed in a thread', { ...suite, framework: threaded });
