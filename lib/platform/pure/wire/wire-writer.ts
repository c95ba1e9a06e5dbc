import type { WireType } from './wire-reader';

const loneSurrogate = /\p{Surrogate}/u;

/** Writes fields in the one canonical way: shortest numbers, no padding. Whoever calls keeps the order of field numbers. */
export class WireWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(sizeHint = 128) {
    this.#buffer = Buffer.allocUnsafe(sizeHint);
  }

  tag(number: number, wireType: WireType): this {
    return this.varint(number * 8 + wireType, 0);
  }

  /** A number of 64 bits in two halves, each from 0 to 2^32 - 1. */
  varint(low: number, high: number): this {
    this.#room(10);
    let [rest, upper] = [low >>> 0, high >>> 0];
    while (upper !== 0 || rest > 0x7f) {
      this.#buffer[this.#length] = (rest & 0x7f) | 0x80;
      this.#length += 1;
      rest = ((rest >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.#buffer[this.#length] = rest;
    this.#length += 1;
    return this;
  }

  /** Length and bytes. */
  bytes(bytes: Uint8Array): this {
    this.varint(bytes.length, 0).#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Throws RangeError for half a surrogate pair: it has no UTF-8. */
  string(value: string): this {
    if (loneSurrogate.test(value)) throw new RangeError('text that has no UTF-8');
    return this.bytes(Buffer.from(value, 'utf8'));
  }

  /** The bytes so far; the writer must not be used after it. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
