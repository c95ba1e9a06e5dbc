import fc from 'fast-check';
import { encodeErrorResult } from 'viem';
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '@/lib/platform/pure/bytes';
import { revertedError, revertReason } from './revert-reason';

const solidity = [
  { type: 'error', name: 'Error', inputs: [{ type: 'string' }] },
  { type: 'error', name: 'Panic', inputs: [{ type: 'uint256' }] },
  { type: 'error', name: 'Custom', inputs: [{ type: 'uint256' }] },
] as const;
const encode = (errorName: 'Error' | 'Panic' | 'Custom', value: string | bigint): Uint8Array => hexToBytes(encodeErrorResult({ abi: solidity, errorName, args: [value] } as never).slice(2));

describe('revertReason', () => {
  it('reads every reason that Solidity writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (reason) => {
        expect(revertReason(encode('Error', reason))).toBe(reason);
      }),
    );
  });

  it.each([
    [1n, 'assert(false)'],
    [0x11n, 'arithmetic underflow or overflow'],
    [0x12n, 'division or modulo by zero'],
    [0x32n, 'out-of-bounds access of an array or bytesN'],
    [0x99n, 'unknown panic code: 0x99'],
  ])('names panic %i in go-ethereum\'s words', (code, words) => {
    expect(revertReason(encode('Panic', code))).toBe(words);
  });

  it('leaves custom errors and anything else to the client', () => {
    expect(revertReason(encode('Custom', 1n))).toBeUndefined();
    expect(revertReason(new Uint8Array(0))).toBeUndefined();
  });

  it('is not led astray by a reason that lies about its length', () => {
    const lying = encode('Error', 'abc');
    lying[4 + 32 + 30] = 0xff;
    expect(revertReason(lying)).toBeUndefined();
    const elsewhere = encode('Error', 'abc');
    elsewhere[4 + 31] = 64;
    expect(revertReason(elsewhere)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        revertReason(Uint8Array.from([0x08, 0xc3, 0x79, 0xa0, ...bytes]));
      }),
    );
  });
});

describe('revertedError', () => {
  it('has code 3, go-ethereum\'s message and all the data', () => {
    expect(revertedError(encode('Error', 'no'))).toMatchObject({ code: 3, message: 'execution reverted: no', data: expect.stringMatching(/^0x08c379a0/) });
    expect(revertedError(new Uint8Array(0))).toMatchObject({ code: 3, message: 'execution reverted', data: '0x' });
  });
});
