import { FabricRefusal } from './refusal';

/**
 * One message in protocol-buffer encoding, read with limits. Stricter than a general parser where leniency would let two
 * peers differ: a known field of another wire type, groups, and a sub-message that comes twice are refused. Fields that
 * nobody asks for are skipped, as Fabric skips them.
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
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const varintType = 0;
const fixed64Type = 1;
const bytesType = 2;
const fixed32Type = 5;

type Value = bigint | Uint8Array;

/**
 * @param what names the message in refusals
 * @throws FabricRefusal malformed, limit
 */
export function readWire(bytes: Uint8Array, what: string): WireMessage {
  const malformed = (reason: string) => new FabricRefusal('malformed', `${what} is malformed: ${reason}`);
  const fields = new Map<number, Value[]>();
  const order: number[] = [];
  let at = 0;

  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw malformed('it is cut off');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (value >= 1n << 64n) throw malformed('a number is larger than 64 bits');
      return value;
    }
    throw malformed('a number is longer than ten bytes');
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw malformed('it is cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };

  while (at < bytes.length) {
    if (order.length === fieldsMax) throw new FabricRefusal('limit', `${what} has more than ${fieldsMax} fields`);
    const tag = readVarint();
    const field = Number(tag >> 3n);
    if (field < 1 || field > 0x1fff_ffff) throw malformed('a field has no valid number');
    const type = Number(tag & 7n);
    let value: Value;
    if (type === varintType) value = readVarint();
    else if (type === fixed64Type) value = take(8);
    else if (type === bytesType) {
      const length = readVarint();
      if (length > BigInt(bytes.length)) throw malformed('it is cut off');
      value = take(Number(length));
    } else if (type === fixed32Type) value = take(4);
    else throw malformed(`field ${field} has wire type ${type}`);
    // Fixed-width fields occur in none of the messages that are read here.
    const kept = type === fixed32Type || type === fixed64Type ? undefined : value;
    order.push(field);
    if (kept === undefined) continue;
    const values = fields.get(field);
    if (values) values.push(kept);
    else fields.set(field, [kept]);
  }

  const all = (field: number): Uint8Array[] =>
    (fields.get(field) ?? []).map((value) => {
      if (typeof value === 'bigint') throw malformed(`field ${field} is a number`);
      return value;
    });
  const number = (field: number): bigint => {
    const value = fields.get(field)?.at(-1) ?? 0n;
    if (typeof value !== 'bigint') throw malformed(`field ${field} is no number`);
    return value;
  };
  const lastBytes = (field: number): Uint8Array => all(field).at(-1) ?? new Uint8Array();
  return {
    order,
    has: (field) => fields.has(field),
    all,
    bytes: lastBytes,
    text: (field) => {
      try {
        return utf8.decode(lastBytes(field));
      } catch (error) {
        if (error instanceof TypeError) throw malformed(`field ${field} is not valid UTF-8`);
        throw error;
      }
    },
    int32: (field) => Number(BigInt.asIntN(32, number(field))),
    flag: (field) => number(field) !== 0n,
    message: (field) => {
      const found = all(field);
      if (found.length > 1) throw malformed(`field ${field} comes twice`);
      return found[0];
    },
  };
}
