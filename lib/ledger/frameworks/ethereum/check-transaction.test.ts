import { privateKeyToAccount } from 'viem/accounts';
import type { Hex } from 'viem';
import { beforeAll, describe, expect, it } from 'vitest';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import { TransactionRefused } from '../../core/framework';
import { encodeAccount } from '../../vm/evm/account';
import { accountKey } from '../../vm/evm/state-keys';
import { emptyTrieRoot } from '../../vm/evm';
import { NONCE_AHEAD_MAX, TRANSACTION_BYTES_MAX } from './transaction-checks';
import { TEST_CHAIN_ID, TestChain } from './testing/test-chain';

const account = privateKeyToAccount(`0x${'88'.repeat(32)}`);
const lowerCase = account.address.toLowerCase();
let chain: TestChain;
beforeAll(async () => {
  chain = await TestChain.open({ allocations: { [lowerCase]: '1000000' } });
});

type Fields = Omit<Parameters<typeof account.signTransaction>[0], 'type'> & Record<string, unknown>;
const sign = async (fields: Partial<Fields> = {}): Promise<Uint8Array> => {
  const signed: Hex = await account.signTransaction({ type: 'eip1559', chainId: Number(TEST_CHAIN_ID), nonce: 0, gas: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, to: account.address, ...fields } as never);
  return hexToBytes(signed.slice(2));
};
const refusalOf = async (bytes: Uint8Array): Promise<TransactionRefused> => {
  const refused = await chain.instance.checkTransaction(bytes, chain.state).then(() => undefined, (error: unknown) => error);
  if (!(refused instanceof TransactionRefused)) throw new Error('it was not refused', { cause: refused });
  return refused;
};

describe('checkTransaction', () => {
  it('tells the queue the id, the cost and the lane', async () => {
    const bytes = await sign({ nonce: 5 });
    expect(await chain.instance.checkTransaction(bytes, chain.state)).toEqual({
      id: Buffer.from(chain.framework.crypto.keccak256(bytes)).toString('hex'),
      bytes,
      cost: 21_000n,
      lane: { key: lowerCase.slice(2), sequence: 5n, next: 0n },
    });
    expect(chain.instance.blockCostMax).toBe(30_000_000n);
  });

  // The words are go-ethereum's: viem and ethers recognise causes by them.
  it.each([
    ['another chain', { chainId: 1 }, 'invalid-sender', `invalid sender: invalid chain id for signer: have 1 want ${TEST_CHAIN_ID}`],
    ['no replay protection', { type: 'legacy', chainId: undefined, gasPrice: 0n, maxFeePerGas: undefined, maxPriorityFeePerGas: undefined }, 'unprotected', 'only replay-protected (EIP-155) transactions allowed over RPC'],
    ['a gas limit above the block\'s', { gas: 30_000_001n }, 'gas-limit', 'exceeds block gas limit: gas 30000001, limit 30000000'],
    ['too little gas to begin', { gas: 20_999n }, 'intrinsic-gas', 'intrinsic gas too low: gas 20999, minimum needed 21000'],
    ['too little gas for its calldata', { gas: 30_000n, data: `0x${'01'.repeat(500)}` }, 'floor-gas', 'insufficient gas for floor data gas cost: gas 30000, minimum needed 41000'],
    ['creation code that is too long', { to: undefined, gas: 10_000_000n, data: `0x${'00'.repeat(49_153)}` }, 'initcode-size', 'max initcode size exceeded: code size 49153, limit 49152'],
    ['more value than it has', { value: 1_000_001n }, 'insufficient-funds', 'insufficient funds for gas * price + value: balance 1000000, tx cost 1000001, overshot 1'],
    ['more fees than it can pay', { maxFeePerGas: 1_000n }, 'insufficient-funds', 'insufficient funds for gas * price + value: balance 1000000, tx cost 21000000, overshot 20000000'],
    ['a nonce far ahead', { nonce: 65 }, 'nonce-too-high', `nonce too high: tx nonce 65, next nonce 0, at most ${NONCE_AHEAD_MAX} ahead`],
  ])('refuses %s by go-ethereum\'s words', async (_name, fields, code, message) => {
    const refused = await refusalOf(await sign(fields as Partial<Fields>));
    expect([refused.code, refused.message]).toEqual([code, message]);
  });

  it('refuses a tip above the fee cap', async () => {
    const { serializeTransaction, keccak256 } = await import('viem');
    // viem itself refuses to serialise this, so the tip is put in afterwards and the whole signed anew.
    const transaction = { type: 'eip1559' as const, chainId: Number(TEST_CHAIN_ID), nonce: 0, gas: 21_000n, maxFeePerGas: 2n, maxPriorityFeePerGas: 1n, to: account.address };
    const swapped = serializeTransaction(transaction).replace(/^0x02(..)86011f71fb04cb800102/, '0x02$186011f71fb04cb800201') as Hex;
    expect(swapped).not.toBe(serializeTransaction(transaction));
    const { sign: signHash } = await import('viem/accounts');
    const { decodeRlp, encodeRlp, uintToBytes } = await import('../../vm/evm');
    const { r, s, yParity } = await signHash({ hash: keccak256(swapped), privateKey: `0x${'88'.repeat(32)}` });
    const fields = decodeRlp(hexToBytes(swapped.slice(4)));
    const signed = Uint8Array.from([2, ...encodeRlp([...(fields as Uint8Array[]), uintToBytes(yParity ?? 0), uintToBytes(BigInt(r)), uintToBytes(BigInt(s))])]);
    expect(await refusalOf(signed)).toMatchObject({ code: 'tip-above-fee-cap', message: 'max priority fee per gas higher than max fee per gas' });
  });

  it('refuses a used nonce, and what is larger than a pool takes', async () => {
    const used = await TestChain.open();
    await used.seal([await sign()]);
    await expect(used.instance.checkTransaction(await sign(), used.state)).rejects.toMatchObject({ code: 'nonce-too-low', message: 'nonce too low: next nonce 1, tx nonce 0' });
    expect(await refusalOf(await sign({ gas: 29_000_000n, data: `0x${'00'.repeat(TRANSACTION_BYTES_MAX)}` }))).toMatchObject({ code: 'oversized', message: expect.stringMatching(/^oversized data: transaction size \d+, limit 131072$/) });
  });

  it('refuses a sender that is a contract (EIP-3607)', async () => {
    const odd = await TestChain.open();
    const { keccak256 } = odd.framework.crypto;
    odd.state.apply([{ key: accountKey(hexToBytes(lowerCase.slice(2))), value: encodeAccount({ nonce: 0n, balance: 0n, storageRoot: emptyTrieRoot(keccak256), codeHash: keccak256(Uint8Array.of(1)) }) }]);
    await expect(odd.instance.checkTransaction(await sign(), odd.state)).rejects.toMatchObject({ code: 'sender-not-eoa' });
  });

  it('refuses bytes that are no transaction', async () => {
    expect((await refusalOf(Uint8Array.of(1, 2, 3))).code).toBe('malformed');
  });
});
