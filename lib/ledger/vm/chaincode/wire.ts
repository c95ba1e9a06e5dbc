/**
 * Protocol buffers as the chaincode stream needs them. The generated classes drop bytes that are no UTF-8 without a word,
 * where Fabric's peer refuses them; two peers must not read two keys out of the same bytes.
 */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
/** A message of this stream has at most so many fields at one level: arguments, results, entries. */
const fieldsMax = 100_000;

/** One field as it lies in a message: its number, and its value as a varint or as bytes. */
export interface WireField {
  readonly field: number;
  readonly varint?: bigint;
  /** A view of the message's own bytes. */
  readonly bytes?: Uint8Array;
}

/** Reads the fields of one level; throws `MalformedBytes`. Groups, which proto3 does not know, are refused. */
export function readFields(message: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new MalformedBytes('a number is cut off');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedBytes('a number has more than ten bytes');
  };
  const take = (length: number): Uint8Array => {
    if (length > message.length - at) throw new MalformedBytes('a field is cut off');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    if (fields.length === fieldsMax) throw new MalformedBytes(`more than ${fieldsMax} fields`);
    const tag = varint();
    const field = Number(tag >> 3n);
    if (field === 0 || field > 0x1fffffff) throw new MalformedBytes('a field has an impossible number');
    const kind = Number(tag & 7n);
    if (kind === VARINT) fields.push({ field, varint: varint() });
    else if (kind === BYTES) {
      const length = varint();
      if (length > BigInt(message.length)) throw new MalformedBytes('a field is cut off');
      fields.push({ field, bytes: take(Number(length)) });
    } else if (kind === FIXED64 || kind === FIXED32) take(kind === FIXED64 ? 8 : 4);
    else throw new MalformedBytes(`a field has the unknown kind ${kind}`);
  }
  return fields;
}

/** Fields by number, with proto3's defaults. As in Go the last of several wins, and a field of another kind is an unknown one. */
export class MessageReader {
  private readonly fields: readonly WireField[];

  constructor(message: Uint8Array) {
    this.fields = readFields(message);
  }

  private lastBytes(field: number): Uint8Array | undefined {
    return this.fields.findLast((one) => one.field === field && one.bytes)?.bytes;
  }

  /** Whether a message inside is there. */
  has(field: number): boolean {
    return this.lastBytes(field) !== undefined;
  }

  bytes(field: number): Uint8Array {
    return this.lastBytes(field) ?? new Uint8Array();
  }

  text(field: number): string {
    try {
      return utf8.decode(this.bytes(field));
    } catch {
      throw new MalformedBytes(`field ${field} contains invalid UTF-8`);
    }
  }

  /** An int32 or enum; Fabric's peer truncates what is longer, and so does this. */
  int32(field: number): number {
    const found = this.fields.findLast((one) => one.field === field && one.varint !== undefined);
    return Number(BigInt.asIntN(32, found?.varint ?? 0n));
  }
}

/** Builds a message; what has proto3's default is left out. Fields are written in the order of the calls. */
export class MessageWriter {
  private readonly parts: Uint8Array[] = [];

  private varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 0x80 : low);
    } while (rest > 0n);
    this.parts.push(Uint8Array.from(bytes));
  }

  int(field: number, value: number | bigint): this {
    if (BigInt(value) === 0n) return this;
    this.varint(BigInt(field) << 3n);
    this.varint(BigInt(value));
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.int(field, value ? 1 : 0);
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.message(field, value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  /** A message inside: written even when it is empty, for it is there or not. */
  message(field: number, value: Uint8Array): this {
    this.varint((BigInt(field) << 3n) | BigInt(BYTES));
    this.varint(BigInt(value.length));
    this.parts.push(value);
    return this;
  }

  finish(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.parts));
  }
}
