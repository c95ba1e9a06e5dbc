import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '@/lib/platform/pure/bytes';
import { loadEvmCrypto } from '../../vm/evm';
import { decodeTransaction } from './decode-transaction';
import { recoverSender } from './recover-sender';

const account = privateKeyToAccount(`0x${'ab'.repeat(32)}`);

describe('recoverSender', () => {
  it('asks the library once per transaction, however often a peer looks at it, and remembers no refusal', async () => {
    const crypto = await loadEvmCrypto();
    let asked = 0;
    const counting = {
      ...crypto,
      recoverPublicKey: (...args: Parameters<typeof crypto.recoverPublicKey>) => {
        asked += 1;
        return crypto.recoverPublicKey(...args);
      },
    };
    const signed = await account.signTransaction({ type: 'eip1559', chainId: 2 ** 40, nonce: 1, gas: 21_000n, maxFeePerGas: 0n, to: account.address });
    const transaction = decodeTransaction(crypto, new Uint8Array(Buffer.from(signed.slice(2), 'hex')));
    for (let look = 0; look < 3; look++) expect(`0x${bytesToHex(recoverSender(counting, transaction))}`).toBe(account.address.toLowerCase());
    expect(asked).toBe(1);

    const broken = { ...transaction, hash: new Uint8Array(32).fill(1), signature: { ...transaction.signature, r: 5n } };
    const refuse = (): string => {
      try {
        recoverSender({ ...counting, recoverPublicKey: () => { asked += 1; throw new Error('no point'); } }, broken);
        return 'accepted';
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    expect([refuse(), refuse()]).toEqual(['invalid sender: recovery failed', 'invalid sender: recovery failed']);
    expect(asked).toBe(3);
  });

  it('remembers a bounded number of senders', async () => {
    const crypto = await loadEvmCrypto();
    const signed = await account.signTransaction({ type: 'eip1559', chainId: 2 ** 40, nonce: 2, gas: 21_000n, maxFeePerGas: 0n, to: account.address });
    const transaction = decodeTransaction(crypto, new Uint8Array(Buffer.from(signed.slice(2), 'hex')));
    let asked = 0;
    const fast = { ...crypto, recoverPublicKey: () => { asked += 1; return new Uint8Array(64); } };
    const named = (index: number) => ({ ...transaction, hash: Uint8Array.of(index & 255, index >> 8) });
    for (let index = 0; index < 9_000; index++) recoverSender(fast, named(index));
    expect(asked).toBe(9_000);
    recoverSender(fast, named(8_999));
    expect(asked, 'the newest is remembered').toBe(9_000);
    recoverSender(fast, named(0));
    expect(asked, 'the oldest is forgotten').toBe(9_001);
  });
});
