import { listFields, textOf, WireError, type WireField } from '@/lib/platform/pure/wire';
import { FabricRefusal } from './refusal';

/**
 * One message in protocol-buffer encoding, asked field by field. Stricter than Go where leniency helps nobody: a field that
 * is asked for and has another layout, and a sub-message that comes twice, are refused. Fields that nobody asks for are
 * skipped, as Fabric skips them.
 */
export interface WireMessage {
  /** Field numbers in the order in which they stand. */
  readonly order: readonly number[];
  has(field: number): boolean;
  /** Empty when absent; the last one counts. */
  text(field: number): string;
  bytes(field: number): Uint8Array;
  all(field: number): readonly Uint8Array[];
  int32(field: number): number;
  flag(field: number): boolean;
  message(field: number): Uint8Array | undefined;
}

const fieldsMax = 20_000;

/**
 * @param what names the message in refusals
 * @throws FabricRefusal malformed, limit
 */
export function readWire(bytes: Uint8Array, what: string): WireMessage {
  const malformed = (reason: string) => new FabricRefusal('malformed', `${what} is malformed: ${reason}`);
  const fields = readFields(bytes, what);
  const valuesOf = (field: number): readonly WireField[] => fields.filter((one) => one.field === field);

  const all = (field: number): Uint8Array[] =>
    valuesOf(field).map((one) => {
      if (one.bytes === undefined) throw malformed(`field ${field} is a number`);
      return one.bytes;
    });
  const number = (field: number): { low: number; high: number } => {
    const last = valuesOf(field).at(-1);
    if (last === undefined) return { low: 0, high: 0 };
    if (last.bytes !== undefined) throw malformed(`field ${field} is no number`);
    return last;
  };
  const lastBytes = (field: number): Uint8Array => all(field).at(-1) ?? new Uint8Array();
  return {
    order: fields.map(({ field }) => field),
    has: (field) => valuesOf(field).length > 0,
    all,
    bytes: lastBytes,
    text: (field) => {
      const text = textOf(lastBytes(field));
      if (text === undefined) throw malformed(`field ${field} is not valid UTF-8`);
      return text;
    },
    int32: (field) => number(field).low | 0,
    flag: (field) => number(field).low !== 0 || number(field).high !== 0,
    message: (field) => {
      const found = all(field);
      if (found.length > 1) throw malformed(`field ${field} comes twice`);
      return found[0];
    },
  };
}

function readFields(bytes: Uint8Array, what: string): readonly WireField[] {
  try {
    return listFields(bytes, fieldsMax);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new FabricRefusal(error.message.startsWith('more than') ? 'limit' : 'malformed', `${what} is malformed: ${error.message}`);
  }
}
