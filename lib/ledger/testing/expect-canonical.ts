import { expect } from 'vitest';
import { CodecError } from '../core/codec';

/**
 * That these bytes have one reading and each reading one form: they come back as they were, and cut short, extended or
 * with any byte changed they are refused with a CodecError or are read as exactly what they say then.
 */
export function expectCanonical<T>(bytes: Uint8Array, decode: (bytes: Uint8Array) => T, encode: (value: T) => Uint8Array): void {
  expect(Buffer.from(encode(decode(bytes)))).toEqual(Buffer.from(bytes));
  for (let length = 0; length < bytes.length; length += 1) expect(() => decode(bytes.subarray(0, length)), `${length} of ${bytes.length} bytes`).toThrow(CodecError);
  for (const more of [[0], [1], [0, 0, 0, 0]]) expect(() => decode(Buffer.concat([bytes, Uint8Array.from(more)])), `and ${more.length} more`).toThrow(CodecError);
  for (let at = 0; at < bytes.length; at += 1) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ mask;
      let again: Uint8Array;
      try {
        again = encode(decode(changed));
      } catch (error) {
        expect(error, `byte ${at} ^ ${mask}`).toBeInstanceOf(CodecError);
        continue;
      }
      expect(Buffer.compare(again, changed), `byte ${at} ^ ${mask} is read as something else`).toBe(0);
    }
  }
}
