import fc from 'fast-check';
import { keccak256, parseTransaction, recoverTransactionAddress, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '@/lib/platform/pure/bytes';
import { TransactionRefused } from '../../core/framework';
import { encodeRlp, loadEvmCrypto, type EvmCrypto, type RlpItem } from '../../vm/evm';
import { decodeTransaction } from './decode-transaction';
import { recoverSender } from './recover-sender';

let crypto: EvmCrypto;
beforeAll(async () => {
  crypto = await loadEvmCrypto();
});

const account = privateKeyToAccount(`0x${'77'.repeat(32)}`);
const bytesOf = (hex: Hex): Uint8Array => hexToBytes(hex.slice(2));
const hexOf = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`;
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hexOf);
const amount = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 200n }));
const accessList = fc.array(fc.record({ address, storageKeys: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }).map(hexOf), { maxLength: 2 }) }), { maxLength: 2 });
const shared = {
  chainId: fc.nat({ max: 2 ** 31 }).map((value) => value + 2 ** 40),
  nonce: fc.nat(),
  gas: fc.bigInt({ min: 0n, max: 2n ** 63n }),
  to: fc.option(address, { nil: undefined }),
  value: amount,
  data: fc.uint8Array({ maxLength: 100 }).map(hexOf),
};
const unsigned = fc.oneof(
  fc.record({ ...shared, type: fc.constant('legacy' as const), gasPrice: amount }),
  fc.record({ ...shared, type: fc.constant('eip2930' as const), gasPrice: amount, accessList }),
  fc.record({ ...shared, type: fc.constant('eip1559' as const), maxFeePerGas: amount, accessList }),
);

const refusalOf = (bytes: Uint8Array): string => {
  try {
    recoverSender(crypto, decodeTransaction(crypto, bytes));
    return 'accepted';
  } catch (error) {
    if (!(error instanceof TransactionRefused)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

describe('decodeTransaction', () => {
  it('reads what viem signs, of each type, and recovers its sender', async () => {
    await fc.assert(
      fc.asyncProperty(unsigned, async (transaction) => {
        const signed = await account.signTransaction(transaction);
        const decoded = decodeTransaction(crypto, bytesOf(signed));
        const expected = parseTransaction(signed);
        expect({
          chainId: Number(decoded.chainId),
          nonce: Number(decoded.nonce),
          gas: decoded.gasLimit,
          to: decoded.to && hexOf(decoded.to),
          value: decoded.value,
          data: hexOf(decoded.data),
          price: decoded.maxFeePerGas,
          accessList: decoded.accessList.map((entry) => ({ address: hexOf(entry.address), storageKeys: entry.slots.map(hexOf) })),
        }).toEqual({
          chainId: expected.chainId,
          nonce: expected.nonce ?? 0,
          gas: expected.gas ?? 0n,
          to: expected.to?.toLowerCase(),
          value: expected.value ?? 0n,
          data: expected.data ?? '0x',
          price: expected.gasPrice ?? expected.maxFeePerGas ?? 0n,
          accessList: (expected.accessList ?? []).map((entry) => ({ address: entry.address.toLowerCase(), storageKeys: entry.storageKeys })),
        });
        expect(hexOf(decoded.hash)).toBe(keccak256(signed));
        expect(hexOf(recoverSender(crypto, decoded))).toBe((await recoverTransactionAddress({ serializedTransaction: signed as never })).toLowerCase());
      }),
      { numRuns: 60 },
    );
  });

  it('never accepts altered bytes as the same sender\'s, and never fails otherwise than by refusing', async () => {
    const signed = bytesOf(await account.signTransaction({ type: 'eip1559', chainId: 2 ** 40, nonce: 3, gas: 21_000n, maxFeePerGas: 5n, to: account.address, value: 1n, data: '0x1234' }));
    const sender = account.address.toLowerCase();
    fc.assert(
      fc.property(fc.nat({ max: signed.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.nat({ max: 5 }), (at, flip, cut) => {
        const altered = signed.slice(0, signed.length - (flip % 7 === 0 ? cut : 0));
        if (at < altered.length) altered[at]! ^= flip;
        let from: string | undefined;
        try {
          from = hexOf(recoverSender(crypto, decodeTransaction(crypto, altered)));
        } catch (error) {
          expect(error).toBeInstanceOf(TransactionRefused);
        }
        expect(from).not.toBe(sender);
      }),
      { numRuns: 500 },
    );
  });

  it('survives any bytes at all', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(refusalOf(bytes)).toMatch(/^(malformed|type-not-supported|invalid-sender): /);
      }), { numRuns: 500 });
  });

  const one = Uint8Array.of(1);
  const none = new Uint8Array(0);
  const word = new Uint8Array(32).fill(1);
  const typed = (type: number, fields: RlpItem): Uint8Array => Uint8Array.from([type, ...encodeRlp(fields)]);
  const eip1559 = (changes: Record<number, RlpItem> = {}): Uint8Array => {
    const fields: RlpItem[] = [one, none, none, none, one, none, none, none, [], none, word, word];
    for (const [index, item] of Object.entries(changes)) fields[Number(index)] = item;
    return typed(2, fields);
  };

  it.each([
    ['nothing', new Uint8Array(0), /^malformed/],
    ['a blob transaction', typed(3, []), /^type-not-supported: transaction type not supported$/],
    ['a set-code transaction', typed(4, []), /^type-not-supported/],
    ['a byte string instead of a list', Uint8Array.of(0x80), /^malformed/],
    ['too few fields', typed(2, [one, one]), /^malformed.*12 fields/],
    ['too many fields', typed(1, Array.from({ length: 12 }, () => none)), /^malformed.*11 fields/],
    ['leading zeros in the nonce', eip1559({ 1: Uint8Array.of(0, 1) }), /^malformed.*nonce has leading zeros/],
    ['a nonce beyond 64 bits', eip1559({ 1: new Uint8Array(9).fill(1) }), /^malformed.*nonce is too large/],
    ['a value beyond 256 bits', eip1559({ 6: new Uint8Array(33).fill(1) }), /^malformed.*value is too large/],
    ['a recipient of 19 bytes', eip1559({ 5: new Uint8Array(19) }), /^malformed.*to is not 20 bytes/],
    ['a list where the data should be', eip1559({ 7: [] }), /^malformed.*input/],
    ['an access list that is a string', eip1559({ 8: one }), /^malformed.*accessList/],
    ['an access list entry without slots', eip1559({ 8: [[new Uint8Array(20)]] }), /^malformed.*pair/],
    ['an access list slot of 31 bytes', eip1559({ 8: [[new Uint8Array(20), [new Uint8Array(31)]]] }), /^malformed.*slot/],
    ['a parity of 2', eip1559({ 9: Uint8Array.of(2) }), /^invalid-sender: invalid sender: invalid transaction v, r, s values$/],
    ['r of zero', eip1559({ 10: none }), /^invalid-sender/],
    ['the higher of the two values of s', eip1559({ 11: new Uint8Array(32).fill(0xee) }), /^invalid-sender/],
    ['a legacy v of 29', encodeRlp([none, none, one, none, none, none, Uint8Array.of(29), word, word]), /^invalid-sender/],
    ['bytes after the end', Uint8Array.from([...eip1559(), 0]), /^malformed/],
  ])('refuses %s', (_name, bytes, message) => {
    expect(refusalOf(bytes)).toMatch(message);
  });

  it('reads a legacy transaction without replay protection as what it is: refusing it is the checks\' business', async () => {
    const signed = bytesOf(await account.signTransaction({ type: 'legacy', nonce: 0, gas: 21_000n, gasPrice: 1n, to: account.address }));
    const decoded = decodeTransaction(crypto, signed);
    expect(decoded.chainId).toBeUndefined();
    expect(hexOf(recoverSender(crypto, decoded))).toBe(account.address.toLowerCase());
  });
});
