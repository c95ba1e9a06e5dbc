import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, CodecError } from './codec';

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

describe('canonical bytes', () => {
  it('give back what was written, for every value', () => {
    const value = fc.record({
      small: fc.integer({ min: 0, max: 255 }),
      middle: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      large: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      bytes: fc.uint8Array({ maxLength: 500 }),
      text: fc.string({ unit: 'grapheme', maxLength: 50 }),
      hash: anyHash,
      list: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(value, ({ small, middle, large, bytes, text, hash, list }) => {
        const writer = new ByteWriter(1).u8(small).u32(middle).u48(large).bytes(bytes).string(text).hash(hash);
        const reader = new ByteReader(writer.list(list, (item) => writer.u8(item)).finish());
        expect(reader.u8()).toBe(small);
        expect(reader.u32()).toBe(middle);
        expect(reader.u48()).toBe(large);
        expect(Buffer.from(reader.bytes(500))).toEqual(Buffer.from(bytes));
        expect(reader.string()).toBe(text);
        expect(reader.hash()).toBe(hash);
        expect(reader.list(20, () => reader.u8())).toEqual(list);
        reader.end();
      }),
    );
  });

  it('sort encoded heights like numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.integer({ min: 0, max: 2 ** 48 - 1 }), (a, b) => {
        const order = Buffer.compare(new ByteWriter().u48(a).finish(), new ByteWriter().u48(b).finish());
        expect(order).toBe(Math.sign(a - b));
      }),
    );
  });

  it.each([[-1], [2 ** 48], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY]])('refuse %s where 48 bits are wanted', (value) => {
    expect(() => new ByteWriter().u48(value)).toThrow(RangeError);
  });

  it('refuse hashes of another length and texts that are too long', () => {
    expect(() => new ByteWriter().hash('00')).toThrow(RangeError);
    expect(() => new ByteWriter().hash('zz'.repeat(32))).toThrow(RangeError);
    expect(() => new ByteWriter().hash('00'.repeat(33))).toThrow(RangeError);
    expect(() => new ByteWriter().string('x'.repeat(65_536))).toThrow(RangeError);
  });

  it('refuse every truncation of a message', () => {
    const whole = new ByteWriter().u8(1).u32(2).u48(3).bytes(Buffer.from('bytes')).string('text').hash('ab'.repeat(32)).finish();
    const read = (bytes: Uint8Array): void => {
      const reader = new ByteReader(bytes);
      reader.u8();
      reader.u32();
      reader.u48();
      reader.bytes(100);
      reader.string();
      reader.hash();
      reader.end();
    };
    read(whole);
    for (let length = 0; length < whole.length; length += 1) expect(() => read(whole.subarray(0, length)), `length ${length}`).toThrow(CodecError);
    expect(() => read(Buffer.concat([whole, Uint8Array.of(0)]))).toThrow(/too many/);
  });

  it('refuse lengths above the limit before they take memory', () => {
    const bytes = new ByteWriter().bytes(new Uint8Array(10)).finish();
    expect(() => new ByteReader(bytes).bytes(9)).toThrow(/at most 9/);
    const forged = new ByteWriter().u32(0xffff_ffff).finish();
    expect(() => new ByteReader(forged).bytes(0xffff_ffff)).toThrow(CodecError);
    expect(() => new ByteReader(forged).list(0xffff_ffff, () => 1)).toThrow(CodecError);
    expect(() => new ByteReader(forged).list(5, () => 1)).toThrow(/at most 5/);
  });

  it('refuse text that is not UTF-8, since it would have a second encoding', () => {
    for (const wrong of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      const bytes = new ByteWriter().bytes(Uint8Array.from(wrong)).finish();
      expect(() => new ByteReader(bytes).string()).toThrow(/UTF-8/);
    }
  });
});
