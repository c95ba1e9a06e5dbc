import { isUtf8 } from 'node:buffer';
import { WireError } from '../protocol/wire';
import { WireReader } from '../protocol/wire/wire-reader';
import { WireWriter } from '../protocol/wire/wire-writer';
import { FabricStateError } from './state-error';

const VARINT = 0;
const LENGTH = 2;

/**
 * Writes one message of a read-write set as Go's proto.Marshal does it: fields in the order of their numbers, defaults left
 * out. The messages that read-write sets are made of have lists of hundreds of thousands, so they are written and read field
 * by field instead of by the descriptions in `protocol/messages`: limits must count over all lists while they are read.
 */
export class MessageWriter {
  readonly #writer = new WireWriter();

  /** Left out when 0. A safe integer from 0. */
  uint(field: number, value: number): this {
    if (value !== 0) this.#writer.tag(field, VARINT).varint(value % 2 ** 32, Math.floor(value / 2 ** 32));
    return this;
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
    if (value !== '') this.#writer.tag(field, LENGTH).string(value);
    return this;
  }

  /** Bytes of a message or of an item of a list: there also when empty. */
  item(field: number, value: Uint8Array): this {
    this.#writer.tag(field, LENGTH).bytes(value);
    return this;
  }

  /** A list of messages. */
  items<T>(field: number, values: readonly T[], encode: (value: T) => Uint8Array): this {
    for (const value of values) this.item(field, encode(value));
    return this;
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }
}

/** Fields of one message, in their order. A field with another layout than its own is an unknown one, for Go too. */
export interface FieldHandlers {
  /** A view, not a copy. */
  readonly onBytes: (field: number, value: Uint8Array) => void;
  /** Exact up to the greatest safe integer, above it something beyond. */
  readonly onNumber?: (field: number, value: number) => void;
}

/** Throws `rwset-malformed`. */
export function readFields(bytes: Uint8Array, { onBytes, onNumber }: FieldHandlers): void {
  try {
    const reader = new WireReader(bytes);
    while (reader.next()) {
      if (reader.wireType === LENGTH) onBytes(reader.number, reader.bytes());
      else if (reader.wireType === VARINT) {
        reader.varint();
        onNumber?.(reader.number, reader.high * 2 ** 32 + reader.low);
      } else reader.skip();
    }
  } catch (error) {
    throw error instanceof WireError ? malformed(error.message) : error;
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
