/** Numbers of a fixed size, which may stand where nobody knows them. */
const fixedBytes: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/**
 * The auditor's own reading of protocol buffers: nothing here is imported from the engine, so that one mistake cannot
 * hide in both.
 */
export class Fields {
  readonly #values = new Map<number, (Buffer | bigint)[]>();

  constructor(bytes: Uint8Array) {
    const data = Buffer.from(bytes);
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        if (at >= data.length) throw new Error('a message is cut off');
        const byte = data.readUInt8(at);
        at += 1;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
      throw new Error('a number is too long');
    };
    while (at < data.length) {
      const tag = varint();
      const name = Number(tag >> 3n);
      if (name < 1 || name >= 2 ** 29) throw new Error(`there is no field ${name}`);
      const kind = Number(tag & 7n);
      const length = kind === 2 ? Number(varint()) : fixedBytes[kind];
      if (kind !== 0 && length === undefined) throw new Error(`a field of kind ${kind}, which no message of Fabric has`);
      if (length === undefined) this.#add(name, varint());
      else if (at + length > data.length) throw new Error('a message is cut off');
      else if (kind === 2) this.#add(name, data.subarray(at, at + length));
      at += length ?? 0;
    }
  }

  #add(name: number, value: Buffer | bigint): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  /** All byte strings of a field, in their order. */
  list(field: number): Buffer[] {
    return (this.#values.get(field) ?? []).filter((value) => typeof value !== 'bigint');
  }

  /** Whether a field was written at all: an empty message is not an absent one. */
  has(field: number): boolean {
    return this.#values.has(field);
  }

  bytes(field: number): Buffer {
    return this.list(field).at(-1) ?? Buffer.alloc(0);
  }

  text(field: number): string {
    return this.bytes(field).toString('utf8');
  }

  number(field: number): bigint {
    return (this.#values.get(field) ?? []).findLast((value) => typeof value === 'bigint') ?? 0n;
  }

  /** All messages of a field, in their order. */
  messages(field: number): Fields[] {
    return this.list(field).map((bytes) => new Fields(bytes));
  }

  /** A map from texts to messages. */
  entries(field: number): Map<string, Fields> {
    return new Map(this.messages(field).map((entry) => [entry.text(1), entry.message(2)]));
  }

  message(field: number): Fields {
    return new Fields(Buffer.concat(this.list(field)));
  }
}
