import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import { TEST_CHAIN_ID, TestChain } from '../testing/test-chain';

const root = path.resolve(import.meta.dirname, '../../../../..');
const file = path.resolve(import.meta.dirname, '../testing/threads-process.ts');

describe('threads in a process that is started as in production', () => {
  it('load the project’s files and the same primitives as the main thread, and give its result', async () => {
    // Creates a contract that hashes in its constructor and keeps what came out.
    const signed = await privateKeyToAccount(`0x${'11'.repeat(32)}`).signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce: 0, gas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, data: '0x60205f205f5500' });
    const chain = await TestChain.open();
    const { stateRoot } = await chain.seal([hexToBytes(signed.slice(2))]);
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file, signed.slice(2)], { cwd: root });
    const { recoverImplementation, keccakImplementation } = chain.framework.crypto;
    expect(JSON.parse(stdout)).toEqual({ stateRoot, wasInThread: true, log: [{ note: `secp256k1 ${recoverImplementation}, keccak ${keccakImplementation}` }] });
  });
});
