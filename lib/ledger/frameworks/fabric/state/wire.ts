import { isUtf8 } from 'node:buffer';
import { FabricStateError } from './state-error';

/**
 * Protocol buffers as far as read-write sets use them: no floats, no packed lists, no groups. Written as Go's
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

/**
 * What a field holds: a number (exact up to the greatest safe integer, above it whatever beyond), or a view of bytes.
 * Fixed-width ones are skipped as unknown: no read-write set has one.
 */
export type WireValue = number | Uint8Array;

/** Reads the fields of one message in their order. Throws `rwset-malformed`. */
export function readFields(bytes: Uint8Array, onField: (field: number, value: WireValue) => void): void {
  let at = 0;
  while (at < bytes.length) {
    const [key, afterKey] = readVarint(bytes, at);
    const field = Math.floor(key / 8);
    if (field === 0 || field > 0x1fff_ffff) throw malformed('a field number is out of range');
    at = afterKey;
    switch (key % 8) {
      case 0: {
        const [value, next] = readVarint(bytes, at);
        at = next;
        onField(field, value);
        break;
      }
      case 1:
        at = skipped(bytes, at, 8);
        break;
      case 2: {
        const [length, start] = readVarint(bytes, at);
        at = skipped(bytes, start, length);
        onField(field, bytes.subarray(start, at));
        break;
      }
      case 5:
        at = skipped(bytes, at, 4);
        break;
      default:
        throw malformed('a field has a wire type that is not known');
    }
  }
}

export function asBytes(value: WireValue): Uint8Array {
  if (typeof value === 'number') throw malformed('a number stands where bytes must be');
  return value;
}

/** Text, which must be UTF-8. */
export function asText(value: WireValue): string {
  const bytes = asBytes(value);
  if (!isUtf8(bytes)) throw malformed('a text is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A uint64 that is a safe integer: heights and places are, and no read-write set of ours holds a greater one. */
export function asUint(value: WireValue): number {
  if (typeof value !== 'number') throw malformed('bytes stand where a number must be');
  if (!Number.isSafeInteger(value)) throw malformed('a number is too large');
  return value;
}

export function asUint32(value: WireValue): number {
  return asUint(value) % 2 ** 32;
}

export function asBool(value: WireValue): boolean {
  if (typeof value !== 'number') throw malformed('bytes stand where a flag must be');
  return value !== 0;
}

export function malformed(what: string): FabricStateError {
  return new FabricStateError('rwset-malformed', `not a read-write set: ${what}`);
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

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
  return Uint8Array.from(out);
}
