/**
 * Canonical bytes: one value has one encoding, and a reader refuses every other. Integers are big-endian, so that
 * encoded keys sort like their numbers; lengths come first; nothing may follow the end.
 */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

const UINT48_MAX = 2 ** 48 - 1;
const STRING_BYTES_MAX = 65_535;

export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(sizeHint = 256) {
    this.#buffer = Buffer.allocUnsafe(Math.max(16, sizeHint));
  }

  /** 0 to 255. */
  u8(value: number): this {
    this.#room(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
    return this;
  }

  /** 0 to 2^32 - 1. */
  u32(value: number): this {
    this.#room(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
    return this;
  }

  /** 0 to 2^48 - 1: heights, times, file offsets. Throws RangeError beyond. */
  u48(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > UINT48_MAX) throw new RangeError(`does not fit 48 bits: ${value}`);
    this.#room(6);
    this.#length = this.#buffer.writeUIntBE(value, this.#length, 6);
    return this;
  }

  /** Bytes whose length the reader knows. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Length (u32) and bytes. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  /** 64 hexadecimal digits as 32 bytes. */
  hash(hex: string): this {
    this.#room(32);
    const written = this.#buffer.write(hex, this.#length, 32, 'hex');
    if (written !== 32 || hex.length !== 64) throw new RangeError('not a hash of 32 bytes');
    this.#length += 32;
    return this;
  }

  /** UTF-8 with its length in bytes (u32); at most 65,535 bytes. */
  string(value: string): this {
    const length = Buffer.byteLength(value, 'utf8');
    if (length > STRING_BYTES_MAX) throw new RangeError('string too long');
    this.u32(length).#room(length);
    this.#length += this.#buffer.write(value, this.#length, length, 'utf8');
    return this;
  }

  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.u32(items.length);
    for (const item of items) write(item);
    return this;
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

/** Reads what {@link ByteWriter} wrote. Throws {@link CodecError} on truncated, oversized or trailing bytes. */
export class ByteReader {
  readonly #buffer: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#buffer.length - this.#offset;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  /** A byte that is 0 or 1; every other is refused, or a flag would have many encodings. */
  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new CodecError(`${value} where a flag must be`);
    return value === 1;
  }

  u32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  u48(): number {
    return this.#buffer.readUIntBE(this.#take(6), 6);
  }

  /** A view of `length` bytes, not a copy. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#buffer.subarray(at, at + length);
  }

  /** Length and bytes, at most `max`; a view, not a copy. */
  bytes(max: number): Uint8Array {
    const length = this.u32();
    if (length > max) throw new CodecError(`${length} bytes where at most ${max} may be`);
    return this.raw(length);
  }

  hash(): string {
    const at = this.#take(32);
    return this.#buffer.toString('hex', at, at + 32);
  }

  string(max = STRING_BYTES_MAX): string {
    const length = this.u32();
    if (length > Math.min(max, STRING_BYTES_MAX)) throw new CodecError(`${length} bytes where at most ${Math.min(max, STRING_BYTES_MAX)} may be`);
    const at = this.#take(length);
    const text = this.#buffer.toString('utf8', at, at + length);
    // Ill-formed UTF-8 decodes to U+FFFD and would then have a second encoding.
    if (text.includes('\uFFFD') && Buffer.compare(Buffer.from(text, 'utf8'), this.#buffer.subarray(at, at + length)) !== 0) throw new CodecError('not UTF-8');
    return text;
  }

  list<T>(max: number, read: () => T): T[] {
    const count = this.u32();
    if (count > max) throw new CodecError(`${count} items where at most ${max} may be`);
    // Each item takes at least one byte: a forged count cannot make us allocate.
    if (count > this.remaining) throw new CodecError('truncated');
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) items.push(read());
    return items;
  }

  /** Throws when bytes are left. */
  end(): void {
    if (this.remaining !== 0) throw new CodecError(`${this.remaining} bytes too many`);
  }

  #take(length: number): number {
    if (length > this.remaining) throw new CodecError('truncated');
    const at = this.#offset;
    this.#offset += length;
    return at;
  }
}
