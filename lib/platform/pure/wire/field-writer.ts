import { WireWriter } from './wire-writer';

const VARINT = 0;
const LENGTH = 2;

/**
 * Writes one message field by field, where a description of all of it would not do. What has proto3's default is left out;
 * whoever calls keeps the order of field numbers.
 */
export class FieldWriter {
  readonly #writer = new WireWriter();

  /** A safe integer or one of 64 bits; a negative one as int32, int64 and enumerations have it. Left out when 0. */
  int(field: number, value: number | bigint): this {
    if (value === 0 || value === 0n) return this;
    this.#writer.tag(field, VARINT);
    if (typeof value === 'number' && value > 0) this.#writer.varint(value % 2 ** 32, Math.floor(value / 2 ** 32));
    else {
      const bits = BigInt.asUintN(64, BigInt(value));
      this.#writer.varint(Number(bits & 0xff_ff_ff_ffn), Number(bits >> 32n));
    }
    return this;
  }

  /** Left out when false. */
  bool(field: number, value: boolean): this {
    return this.int(field, value ? 1 : 0);
  }

  /** Left out when empty. */
  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.item(field, value);
  }

  /** Left out when empty. Throws RangeError for half a surrogate pair. */
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
