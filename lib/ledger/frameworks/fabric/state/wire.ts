import { textOf, WireError, WireReader } from '@/lib/platform/pure/wire';
import { FabricStateError } from './state-error';

const VARINT = 0;
const LENGTH = 2;

/**
 * Fields of one message, in their order. The messages that read-write sets are made of have lists of hundreds of thousands,
 * so they are read field by field instead of by the descriptions in `protocol/messages`: limits must count over all lists
 * while they are read. A field with another layout than its own is an unknown one, for Go too.
 */
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
  const text = textOf(bytes);
  if (text === undefined) throw malformed('a text is not UTF-8');
  return text;
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
