import { RLP } from '@ethereumjs/rlp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToUint, decodeRlp, decodeRlpFields, encodeRlp, uintToBytes, type RlpItem } from './rlp';

const { item } = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof({ maxDepth: 4 }, fc.uint8Array({ maxLength: 80 }), fc.array(tie('item'), { maxLength: 6 })),
}));

describe('RLP', () => {
  it('encodes as the library does and reads back what it wrote', () => {
    fc.assert(
      fc.property(item, (value) => {
        const encoded = encodeRlp(value);
        expect(Buffer.from(encoded).toString('hex')).toBe(Buffer.from(RLP.encode(value as never)).toString('hex'));
        expect(decodeRlp(encoded)).toEqual(value);
      }),
    );
  });

  it.each([0, 1, 55, 56, 57, 255, 256, 65_535, 65_536, 70_000])('encodes byte strings of %i bytes with the shortest length', (length) => {
    const value = new Uint8Array(length).fill(0xab);
    expect(Buffer.from(encodeRlp(value)).equals(Buffer.from(RLP.encode(value)))).toBe(true);
    expect(Buffer.from(encodeRlp([value])).equals(Buffer.from(RLP.encode([value])))).toBe(true);
  });

  it.each([
    ['trailing bytes', '8001'],
    ['a single byte with a prefix', '8101'],
    ['a length longer than the data', '83aabb'],
    ['a length with leading zeros', 'b90001aa'],
    ['a long form for a short string', 'b801aa'],
    ['a list that ends early', 'c2ff'],
  ])('refuses %s, so that one record has one encoding', (_name, hex) => {
    expect(() => decodeRlp(new Uint8Array(Buffer.from(hex, 'hex')))).toThrow();
  });

  it('reads records of a fixed number of fields and nothing else', () => {
    expect(decodeRlpFields(encodeRlp([Uint8Array.of(1), Uint8Array.of(2)]), 2)).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
    expect(() => decodeRlpFields(encodeRlp([Uint8Array.of(1)]), 2)).toThrow(/2 fields/);
    expect(() => decodeRlpFields(encodeRlp(Uint8Array.of(1)), 1)).toThrow(/list/);
    expect(() => decodeRlpFields(encodeRlp([[]]), 1)).toThrow(/byte string/);
  });

  it('writes integers without leading zeros, zero as nothing', () => {
    expect(uintToBytes(0n)).toEqual(new Uint8Array(0));
    expect(uintToBytes(0)).toEqual(new Uint8Array(0));
    expect(bytesToUint(new Uint8Array(0))).toBe(0n);
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }), (value) => {
        expect(uintToBytes(value)[0]).not.toBe(0);
        expect(bytesToUint(uintToBytes(value))).toBe(value);
      }),
    );
  });
});
