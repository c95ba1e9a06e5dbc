import { listFields, textOf, WireError, type WireField } from '@/lib/platform/pure/wire';

/** Bytes of the stream that are no message of it. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

/** A message of this stream has at most so many fields at one level: arguments, results, entries. */
const fieldsMax = 100_000;

/** Fields by number, with proto3's defaults. As in Go the last of several wins, and a field of another kind is an unknown one. Throws `MalformedBytes`. */
export class MessageReader {
  private readonly fields: readonly WireField[];

  constructor(message: Uint8Array) {
    try {
      this.fields = listFields(message, fieldsMax);
    } catch (error) {
      throw error instanceof WireError ? new MalformedBytes(error.message) : error;
    }
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
    const text = textOf(this.bytes(field));
    if (text === undefined) throw new MalformedBytes(`field ${field} contains invalid UTF-8`);
    return text;
  }

  /** An int32 or enum; Fabric's peer truncates what is longer, and so does this. */
  int32(field: number): number {
    return (this.fields.findLast((one) => one.field === field && one.low !== undefined)?.low ?? 0) | 0;
  }
}
