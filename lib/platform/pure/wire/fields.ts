import { message, type Field, type MessageType } from './message';
import { WireError } from './wire-error';
import type { WireReader } from './wire-reader';
import type { WireWriter } from './wire-writer';

const EMPTY = new Uint8Array(0);

function field<T>(number: number, wireType: Field<T>['wireType'], rest: Omit<Field<T>, 'number' | 'wireType'>): Field<T> {
  return { number, wireType, ...rest };
}

/** A signed number of 32 bits; enumerations are these too. Like Go, it takes the lower half of what is longer. */
export function int32(number: number): Field<number> {
  return field<number>(number, 0, {
    empty: () => 0,
    isEmpty: (value) => value === 0,
    read: (reader) => (reader.varint(), reader.low | 0),
    write: (writer, value) => void writer.varint(value, value < 0 ? 0xff_ff_ff_ff : 0),
  });
}

/** One arm of a choice: undefined when it is not chosen, and written also when it is zero. */
export function chosenInt32(number: number): Field<number | undefined> {
  const { read, write } = int32(number);
  return field<number | undefined>(number, 0, {
    empty: () => undefined,
    isEmpty: (value) => value === undefined,
    read: (reader, before, progress) => read(reader, before ?? 0, progress),
    write: (writer, value) => write(writer, value ?? 0),
  });
}

export function uint32(number: number): Field<number> {
  return { ...int32(number), read: (reader) => (reader.varint(), reader.low), write: (writer, value) => void writer.varint(value, 0) };
}

export function bool(number: number): Field<boolean> {
  return field<boolean>(number, 0, {
    empty: () => false,
    isEmpty: (value) => !value,
    read: (reader) => (reader.varint(), reader.low !== 0 || reader.high !== 0),
    write: (writer, value) => void writer.varint(value ? 1 : 0, 0),
  });
}

/** From 0 to 2^64 - 1, exactly. */
export function uint64(number: number): Field<bigint> {
  return field<bigint>(number, 0, { empty: () => 0n, isEmpty: (value) => value === 0n, read: readUint64, write: writeUint64 });
}

export function int64(number: number): Field<bigint> {
  return { ...uint64(number), read: (reader) => BigInt.asIntN(64, readUint64(reader)), write: (writer, value) => writeUint64(writer, BigInt.asUintN(64, value)) };
}

function readUint64(reader: WireReader): bigint {
  reader.varint();
  return reader.high === 0 ? BigInt(reader.low) : (BigInt(reader.high) << 32n) | BigInt(reader.low);
}

function writeUint64(writer: WireWriter, value: bigint): void {
  if (BigInt.asUintN(64, value) !== value) throw new RangeError(`does not fit 64 bits: ${value}`);
  writer.varint(Number(value & 0xff_ff_ff_ffn), Number(value >> 32n));
}

export function string(number: number): Field<string> {
  return field<string>(number, 2, {
    empty: () => '',
    isEmpty: (value) => value === '',
    read: (reader) => reader.string(),
    write: (writer, value) => void writer.string(value),
  });
}

/** A view of what was read. */
export function bytes(number: number): Field<Uint8Array> {
  return field<Uint8Array>(number, 2, {
    empty: () => EMPTY,
    isEmpty: (value) => value.length === 0,
    read: (reader) => reader.bytes(),
    write: (writer, value) => void writer.bytes(value),
  });
}

/** A message inside; undefined when it is not there. Its second occurrence is merged into the first. */
export function embedded<T>(number: number, type: MessageType<T>): Field<T | undefined> {
  return field<T | undefined>(number, 2, {
    empty: () => undefined,
    isEmpty: (value) => value === undefined,
    read: (reader, before, progress) => type.merge(reader.bytes(), before, progress),
    write: (writer, value) => void writer.bytes(value === undefined ? EMPTY : type.encode(value)),
  });
}

/** A message inside whose bytes are kept as they came. Refused where it stands twice: Go would merge the two, and nobody writes that. */
export function embeddedBytes(number: number): Field<Uint8Array | undefined> {
  return field<Uint8Array | undefined>(number, 2, {
    empty: () => undefined,
    isEmpty: (value) => value === undefined,
    read(reader, before) {
      if (before !== undefined) throw new WireError('a message that stands there twice');
      return reader.bytes();
    },
    write: (writer, value) => void writer.bytes(value ?? EMPTY),
  });
}

function tooMany(max: number): WireError {
  return new WireError(`more than ${max} entries`);
}

/** Values in their order, at most `max`. */
function repeated<T>(number: number, max: number, one: Field<T>): Field<readonly T[]> {
  return field<readonly T[]>(number, 2, {
    empty: () => [],
    isEmpty: (values) => values.length === 0,
    read(reader, before, progress) {
      if (before.length >= max) throw tooMany(max);
      // The list belongs to the message that is being read.
      (before as T[]).push(one.read(reader, one.empty(), progress));
      return before;
    },
    write(writer, values) {
      values.forEach((value, index) => {
        if (index > 0) writer.tag(number, 2);
        one.write(writer, value);
      });
    },
  });
}

export function repeatedBytes(number: number, max: number): Field<readonly Uint8Array[]> {
  return repeated(number, max, bytes(number));
}

export function repeatedStrings(number: number, max: number): Field<readonly string[]> {
  return repeated(number, max, string(number));
}

export function repeatedMessages<T>(number: number, max: number, type: MessageType<T>): Field<readonly T[]> {
  return repeated(number, max, whole(number, type));
}

/** A message that is always there. */
function whole<T>(number: number, type: MessageType<T>): Field<T> {
  return field<T>(number, 2, {
    empty: () => type.decode(EMPTY),
    isEmpty: () => false,
    read: (reader, _before, progress) => type.merge(reader.bytes(), undefined, progress),
    write: (writer, value) => void writer.bytes(type.encode(value)),
  });
}

/**
 * A map: the last of equal keys wins. Written in the order of the keys' bytes, because the format leaves the order
 * open and two peers must not differ.
 */
function map<K extends string | bigint, V>(number: number, max: number, key: Field<K>, value: Field<V>): Field<ReadonlyMap<K, V>> {
  // Also what is empty is written in an entry.
  const entry = message('entry', { key: { ...key, isEmpty: () => false }, value: { ...value, isEmpty: () => false } });
  return field<ReadonlyMap<K, V>>(number, 2, {
    empty: () => new Map<K, V>(),
    isEmpty: (values) => values.size === 0,
    read(reader, before, progress) {
      const read = entry.merge(reader.bytes(), undefined, progress);
      if (before.size >= max && !before.has(read.key)) throw tooMany(max);
      (before as Map<K, V>).set(read.key, read.value);
      return before;
    },
    write(writer, values) {
      [...values].sort(([a], [b]) => compareKeys(a, b)).forEach(([mapKey, mapValue], index) => {
        if (index > 0) writer.tag(number, 2);
        writer.bytes(entry.encode({ key: mapKey, value: mapValue }));
      });
    },
  });
}

function compareKeys(a: string | bigint, b: string | bigint): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

export function mapOfBytes(number: number, max: number): Field<ReadonlyMap<string, Uint8Array>> {
  return map(number, max, string(1), bytes(2));
}

export function mapOfNumbers(number: number, max: number): Field<ReadonlyMap<string, number>> {
  return map(number, max, string(1), uint32(2));
}

/** The type comes by a function, so that a message may hold a map of its own kind. */
export function mapOfMessages<T>(number: number, max: number, type: () => MessageType<T>): Field<ReadonlyMap<string, T>> {
  const late: MessageType<T> = {
    name: 'late',
    decode: (read) => type().decode(read),
    encode: (value) => type().encode(value),
    merge: (read, before, progress) => type().merge(read, before, progress),
  };
  return map(number, max, string(1), whole(2, late));
}

/** A map from numbers of 64 bits to messages whose bytes are kept as they came. */
export function mapOfBytesByNumber(number: number, max: number): Field<ReadonlyMap<bigint, Uint8Array>> {
  return map(number, max, uint64(1), bytes(2));
}
