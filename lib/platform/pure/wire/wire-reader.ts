import { textOf } from './text-of';
import { WireError } from './wire-error';

/** How a field's value is laid out: a number of variable length, or a length and so many bytes. */
export type WireType = 0 | 2;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;
/** Groups are a relic: no message of Fabric has one, an unknown field may. */
const GROUP_DEPTH_MAX = 16;

/**
 * Walks over the fields of one message, as strictly as Go's decoder does: what that refuses is refused here. The
 * published classes for JavaScript take truncated strings of UTF-8, round 64-bit numbers and replace a repeated
 * sub-message where Go merges it, so two readers of the same bytes would see different transactions.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;
  /** Of the field that {@link next} moved to. */
  number = 0;
  wireType = 0;
  /** Lower and upper 32 bits of the last {@link varint}. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves to the next field, whose value must be read or skipped then; false at the end. */
  next(): boolean {
    if (this.#at === this.#bytes.length) return false;
    this.varint();
    if (this.high !== 0 || this.low < 8) throw new WireError('invalid field number');
    this.number = this.low >>> 3;
    this.wireType = this.low & 7;
    return true;
  }

  varint(): void {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new WireError('unexpected end');
      this.#at += 1;
      const part = byte & 0x7f;
      if (index < 4) low |= part << (7 * index);
      else if (index === 4) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (7 * index - 32);
      if (index === 9 && byte > 1) throw new WireError('a number above 64 bits');
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
  }

  /** A view of the value's bytes, not a copy. */
  bytes(): Buffer {
    this.varint();
    return this.#take(this.high === 0 ? this.low : Number.POSITIVE_INFINITY);
  }

  string(): string {
    const text = textOf(this.bytes());
    if (text === undefined) throw new WireError('text that is not UTF-8');
    return text;
  }

  /** Past the value of a field that nobody asked for. */
  skip(depth = 0): void {
    switch (this.wireType) {
      case VARINT:
        return this.varint();
      case FIXED64:
        return void this.#take(8);
      case LENGTH:
        return void this.bytes();
      case FIXED32:
        return void this.#take(4);
      case GROUP_START:
        return this.#skipGroup(this.number, depth);
      default:
        throw new WireError('invalid wire type');
    }
  }

  #skipGroup(number: number, depth: number): void {
    if (depth >= GROUP_DEPTH_MAX) throw new WireError('groups too deep');
    while (this.next()) {
      if (this.wireType === GROUP_END) {
        if (this.number !== number) throw new WireError('a group that ends another');
        return;
      }
      this.skip(depth + 1);
    }
    throw new WireError('unexpected end');
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new WireError('unexpected end');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
