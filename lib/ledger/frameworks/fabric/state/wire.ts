import { isUtf8 } from 'node:buffer';
import { FabricStateError } from './state-error';

/**
 * Protocol buffers as far as read-write sets use them: texts, bytes, messages, lists of those, and small numbers. Written as Go's
 * proto.Marshal does it: fields in the order of their numbers, defaults left out. An own reader, because limits must hold
 * while it reads, and text that is not UTF-8 must be refused as Go does.
 */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Left out when 0. A safe integer from 0. */
  uint(field: number, value: number): this {
    return value === 0 ? this : this.#push(varint(field * 8)).#push(varint(value));
  }

  /** Left out when false. */
  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }

  /** Left out when empty. */
  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.item(field, value);
  }

  /** Left out when empty. */
  text(field: number, value: string): this {
    return value === '' ? this : this.item(field, Buffer.from(value, 'utf8'));
  }

  /** Bytes of a message or of an item of a list: there also when empty. */
  item(field: number, value: Uint8Array): this {
    return this.#push(varint(field * 8 + 2)).#push(varint(value.length)).#push(value);
  }

  /** A list of messages. */
  items<T>(field: number, values: readonly T[], encode: (value: T) => Uint8Array): this {
    for (const value of values) this.item(field, encode(value));
    return this;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts, this.#length);
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

/** Fields of one message, in their order. A field with another layout than its own is an unknown one, for Go too. */
export interface FieldHandlers {
  /** A view, not a copy. */
  readonly onBytes: (field: number, value: Uint8Array) => void;
  /** Exact up to the greatest safe integer, above it something beyond. */
  readonly onNumber?: (field: number, value: number) => void;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;
/** Groups are a relic that no message of Fabric has; an unknown field may be one. */
const GROUP_DEPTH_MAX = 16;

/** Throws `rwset-malformed`. Fixed-width fields and groups are passed over: no read-write set has one. */
export function readFields(bytes: Uint8Array, { onBytes, onNumber }: FieldHandlers): void {
  let at = 0;
  while (at < bytes.length) {
    const [field, type, start] = readTag(bytes, at);
    if (type === VARINT) {
      const [value, next] = readVarint(bytes, start);
      onNumber?.(field, value);
      at = next;
    } else if (type === LENGTH) {
      const [length, begin] = readVarint(bytes, start);
      at = skipped(bytes, begin, length);
      onBytes(field, bytes.subarray(begin, at));
    } else at = pass(bytes, start, field, type, 0);
  }
}

/** Text, which must be UTF-8. */
export function asText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw malformed('a text is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A uint64 that is a safe integer: heights and places are, and no read-write set of ours holds a greater one. */
export function asUint(value: number): number {
  if (!Number.isSafeInteger(value)) throw malformed('a number is too large');
  return value;
}

/** The lower half of what is longer, as Go takes it. */
export function asUint32(value: number): number {
  return asUint(value) % 2 ** 32;
}

export function malformed(what: string): FabricStateError {
  return new FabricStateError('rwset-malformed', `not a read-write set: ${what}`);
}

function readTag(bytes: Uint8Array, at: number): [field: number, type: number, next: number] {
  const [key, next] = readVarint(bytes, at);
  const field = Math.floor(key / 8);
  if (field === 0 || field > 0x1fff_ffff) throw malformed('a field number is out of range');
  return [field, key % 8, next];
}

/** The place after a value that nobody asked for. */
function pass(bytes: Uint8Array, at: number, field: number, type: number, depth: number): number {
  switch (type) {
    case VARINT:
      return readVarint(bytes, at)[1];
    case FIXED64:
      return skipped(bytes, at, 8);
    case LENGTH: {
      const [length, start] = readVarint(bytes, at);
      return skipped(bytes, start, length);
    }
    case FIXED32:
      return skipped(bytes, at, 4);
    case GROUP_START:
      return passGroup(bytes, at, field, depth);
    default:
      throw malformed('a field has a wire type that is not known');
  }
}

function passGroup(bytes: Uint8Array, start: number, group: number, depth: number): number {
  if (depth >= GROUP_DEPTH_MAX) throw malformed('its groups lie too deep');
  for (let at = start; ; ) {
    const [field, type, next] = readTag(bytes, at);
    if (type === GROUP_END) {
      if (field !== group) throw malformed('a group ends another');
      return next;
    }
    at = pass(bytes, next, field, type, depth + 1);
  }
}

function skipped(bytes: Uint8Array, at: number, count: number): number {
  if (count > bytes.length - at) throw malformed('it ends in the middle of a field');
  return at + count;
}

/** At most ten bytes; bits beyond the 64th are refused as Go does. */
function readVarint(bytes: Uint8Array, start: number): [value: number, next: number] {
  let value = 0;
  for (let at = start, place = 1; ; at += 1, place *= 0x80) {
    const byte = bytes[at];
    if (byte === undefined) throw malformed('it ends in the middle of a number');
    if (at - start === 9 && byte > 1) throw malformed('a number has more than 64 bits');
    value += (byte & 0x7f) * place;
    if (byte < 0x80) return [value, at + 1];
  }
}

/** Nearly every tag and most lengths have one byte. */
const SHORT = Array.from({ length: 0x80 }, (_, value) => Uint8Array.of(value));

function varint(value: number): Uint8Array {
  const short = SHORT[value];
  if (short !== undefined) return short;
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
  return Uint8Array.from(out);
}
