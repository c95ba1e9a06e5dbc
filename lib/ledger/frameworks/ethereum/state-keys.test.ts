import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockHashKey, blockHeightKey, decodePosition, encodePosition, headKey, heightOfLogsBloomKey, logsBloomKey, readUint48, receiptsKey, transactionKey, uint48 } from './state-keys';

const height = fc.nat({ max: Number.MAX_SAFE_INTEGER }).map((value) => value % 2 ** 48);

describe('index keys', () => {
  it('sort by height, so that a range of blocks is a range of keys', () => {
    fc.assert(
      fc.property(height, height, (a, b) => {
        expect(Math.sign(Buffer.compare(logsBloomKey(a), logsBloomKey(b)))).toBe(Math.sign(a - b));
        expect(heightOfLogsBloomKey(logsBloomKey(a))).toBe(a);
        expect(readUint48(uint48(a))).toBe(a);
      }),
    );
  });

  it('keep positions exactly', () => {
    fc.assert(fc.property(height, fc.nat({ max: 2 ** 31 }), (at, index) => {
        expect(decodePosition(encodePosition(at, index))).toEqual({ height: at, index });
      }));
    expect(() => decodePosition(new Uint8Array(9))).toThrow(/10 bytes/);
    expect(() => heightOfLogsBloomKey(receiptsKey(1))).toThrow(/log filter/);
  });

  it('never meet one another, nor the name spaces of the EVM below 0x10', () => {
    const hash = new Uint8Array(32);
    const keys = [headKey, transactionKey(hash), blockHeightKey(hash), blockHashKey(0), receiptsKey(0), logsBloomKey(0)];
    expect(new Set(keys.map((key) => key[0])).size).toBe(keys.length);
    expect(keys.every((key) => key[0]! >= 0x10)).toBe(true);
  });
});
