import { describe, expect, it } from 'vitest';
import { createRandom } from '@/lib/ledger/testing';
import { bool, bytes, embedded, embeddedBytes, int32, int64, listFields, mapOfBytes, mapOfMessages, message, repeatedBytes, string, uint32, uint64, WireError, WireWriter, type MessageType } from '.';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const inner = message('Inner', { one: bytes(1), two: bytes(2) });
interface Tree {
  readonly version: bigint;
  readonly groups: ReadonlyMap<string, Tree>;
}
const tree: MessageType<Tree> = message('Tree', { version: uint64(1), groups: mapOfMessages(2, 10, () => tree) });
const sample = message('Sample', {
  int: int32(1),
  unsigned: uint32(2),
  big: uint64(3),
  signed: int64(4),
  flag: bool(5),
  text: string(6),
  raw: bytes(7),
  inside: embedded(8, inner),
  list: repeatedBytes(9, 3),
  map: mapOfBytes(10, 2),
  kept: embeddedBytes(11),
});

describe('reading the wire format', () => {
  it.each([
    ['bytes that end within a value', '3a 05 aa bb'],
    ['bytes that end within a length', '3a ff'],
    ['a length above 32 bits', '3a ff ff ff ff ff 01'],
    ['a length whose end is beyond every number', '3a ff ff ff ff ff ff ff ff ff 01'],
    ['a number that never ends', '08 80 80 80 80 80 80 80 80 80 80 01'],
    ['a number above 64 bits', '18 ff ff ff ff ff ff ff ff ff 02'],
    ['field number zero', '02 00'],
    ['a field number above 2^29', '80 80 80 80 10 00'],
    ['wire type 6', '3e 00'],
    ['wire type 7', '3f 00'],
    ['the end of a group that never began', '3c'],
    ['a group that never ends', '63'],
    ['a group that ends another', '63 6c'],
    ['groups in groups without end', '63'.repeat(40)],
    ['text that is not UTF-8', '32 02 c3 28'],
    ['text with half a surrogate pair', '32 03 ed a0 80'],
    ['a fixed number that is cut off', '61 00 00'],
    ['more entries of a list than may be', '4a 00 4a 00 4a 00 4a 00'],
    ['more entries of a map than may be', '52 03 0a 01 61 52 03 0a 01 62 52 03 0a 01 63'],
    ['a kept inner message that stands there twice', '5a 03 0a 01 aa  5a 03 12 01 bb'],
    ['malformed bytes within an inner message', '42 02 0a 05'],
  ])('refuses %s', (_name, bad) => {
    expect(() => sample.decode(hex(bad))).toThrow(WireError);
  });

  it.each([
    ['unknown fields of every layout', '60 01  61 0102030405060708  62 01aa  65 01020304  63 0801 6a01aa 64', {}],
    ['a known number with another layout, as unknown', '0a 01 aa  38 05', {}],
    ['the last of two values', '08 01 08 02', { int: 2 }],
    ['an enumeration longer than 32 bits by its lower half', '08 ff ff ff ff 7f', { int: -1 }],
    ['a negative number', '08 ff ff ff ff ff ff ff ff ff 01  20 fe ff ff ff ff ff ff ff ff 01', { int: -1, signed: -2n }],
    ['numbers up to 2^64 - 1 exactly', '18 ff ff ff ff ff ff ff ff ff 01', { big: 2n ** 64n - 1n }],
    ['numbers just above 2^53 exactly', '18 81 80 80 80 80 80 80 10', { big: 2n ** 53n + 1n }],
    ['numbers in more bytes than they need', '10 85 80 00', { unsigned: 5 }],
    ['a flag of any number', '28 80 80 80 80 10', { flag: true }],
    ['two inner messages as one', '42 03 0a 01 aa  42 03 12 01 bb', { inside: { one: hex('aa'), two: hex('bb') } }],
    ['an inner message that is empty, as present', '42 00', { inside: { one: hex(''), two: hex('') } }],
    ['the last of equal keys', '52 06 0a 01 61 12 01 01  52 06 0a 01 61 12 01 02', { map: new Map([['a', hex('02')]]) }],
    ['a map entry without key and value', '52 00', { map: new Map([['', hex('')]]) }],
  ])('takes %s', (_name, good, expected) => {
    const empty = sample.decode(new Uint8Array(0));
    expect(normal(sample.decode(hex(good)))).toEqual(normal({ ...empty, ...expected }));
  });

  it('does not go deeper into messages than any of Fabric does', () => {
    const nest = (depth: number): Uint8Array => {
      let nested = tree.encode({ version: 1n });
      for (let level = 0; level < depth; level += 1) nested = Buffer.concat([hex('12'), lengthOf(Buffer.concat([hex('0a 00 12'), lengthOf(nested)]))]);
      return nested;
    };
    expect(tree.decode(nest(10)).groups.size).toBe(1);
    expect(() => tree.decode(nest(100))).toThrow(/too deep/);
  });

  it('does not take more fields than any message within the limits has, on whatever level they stand', () => {
    expect(() => sample.decode(Buffer.from('4200'.repeat(65_536), 'hex'))).not.toThrow();
    expect(() => sample.decode(Buffer.from('4200'.repeat(65_537), 'hex'))).toThrow(/more than 65536 fields/);
    const many = (count: number) => Buffer.concat([hex('42'), lengthOf(Buffer.from('6801'.repeat(count), 'hex'))]);
    expect(() => sample.decode(Buffer.concat(Array.from({ length: 8 }, () => many(8_000))))).not.toThrow();
    expect(() => sample.decode(Buffer.concat(Array.from({ length: 9 }, () => many(8_000))))).toThrow(/more than 65536 fields/);
  });

  it.each([1, 2, 3, 4].map((seed) => [seed]))('answers every damaged message with a value or a WireError, seed %i', (seed) => {
    const random = createRandom(seed);
    const whole = sample.encode({ int: -5, unsigned: 7, big: 2n ** 63n, signed: -1n, flag: true, text: 'ä', raw: hex('0102'), inside: { one: hex('aa'), two: hex('bb') }, list: [hex('01')], map: new Map([['k', hex('01')]]), kept: hex('0a00') });
    for (let run = 0; run < 2_000; run += 1) {
      const damaged = random.chance(0.3) ? Buffer.from(random.bytes(random.below(40))) : Buffer.from(whole);
      for (let change = random.below(4); change >= 0; change -= 1) if (damaged.length > 0) damaged[random.below(damaged.length)] = random.below(256);
      const cut = damaged.subarray(0, random.chance(0.3) ? random.below(damaged.length + 1) : damaged.length);
      for (const type of [sample, inner, tree, { decode: (damagedBytes: Uint8Array) => listFields(damagedBytes, 100) }]) {
        try {
          type.decode(cut);
        } catch (error) {
          expect(error, cut.toString('hex')).toBeInstanceOf(WireError);
        }
      }
    }
  });
});

describe('writing the wire format', () => {
  it('writes what it read, whatever the order and the padding were', () => {
    const messy = hex('3a 01 aa  08 85 80 00  52 05 0a 01 62 12 00  52 05 0a 01 61 12 00');
    const tidy = hex('08 05  3a 01 aa  52 05 0a 01 61 12 00  52 05 0a 01 62 12 00');
    expect(Buffer.from(sample.encode(sample.decode(messy))).toString('hex')).toBe(tidy.toString('hex'));
  });

  it('writes keys in the order of their bytes, not of their UTF-16 units', () => {
    const keys = [...sample.decode(sample.encode({ map: new Map([['\u{10000}', hex('')], ['\uffff', hex('')]]) })).map.keys()];
    expect(keys).toEqual(['\uffff', '\u{10000}']);
  });

  it('refuses what has no bytes: half a surrogate pair, a number beyond 64 bits', () => {
    expect(() => sample.encode({ text: '\ud800' })).toThrow(RangeError);
    expect(() => sample.encode({ big: 2n ** 64n })).toThrow(RangeError);
    expect(() => sample.encode({ big: -1n })).toThrow(RangeError);
  });

  it.each([[11], [12]])('reads back numbers of every size, seed %i', (seed) => {
    const random = createRandom(seed);
    for (let run = 0; run < 500; run += 1) {
      const big = BigInt.asUintN(1 + random.below(64), BigInt(`0x${Buffer.from(random.bytes(8)).toString('hex')}`));
      const values = { int: Number(BigInt.asIntN(32, big)), unsigned: Number(BigInt.asUintN(32, big)), big, signed: BigInt.asIntN(64, big) };
      expect(sample.decode(sample.encode(values))).toMatchObject(values);
    }
  });
});

function lengthOf(bytes: Uint8Array): Uint8Array {
  return new WireWriter().bytes(bytes).finish();
}

/** Bytes as hexadecimal text, so that a Buffer and a Uint8Array compare. */
function normal(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Map) return [...value].map(([key, one]) => [key, normal(one)]);
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, normal(one)]));
  return value;
}
