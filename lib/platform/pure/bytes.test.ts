import { describe, expect, it } from 'vitest';
import { bytesEqual, bytesToHex, concatBytes, hexToBytes } from './bytes';

describe('bytes', () => {
  it('reads back every byte it writes as hexadecimal digits', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(hexToBytes(bytesToHex(all))).toEqual(all);
  });

  it('writes a view of a larger buffer, not the buffer', () => {
    expect(bytesToHex(Uint8Array.from([1, 2, 3, 4]).subarray(1, 3))).toBe('0203');
  });

  it('refuses what is not whole bytes instead of reading a part', () => {
    for (const text of ['0', '0x00', 'zz', '00 ', '0g']) expect(() => hexToBytes(text)).toThrow(TypeError);
  });

  it('compares by content and joins in order', () => {
    expect(bytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(bytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  });
});
