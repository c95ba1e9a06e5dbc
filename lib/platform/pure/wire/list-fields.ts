import { WireError } from './wire-error';
import { WireReader } from './wire-reader';

const VARINT = 0;
const LENGTH = 2;

/** One field as it lies in a message: a number in two halves of 32 bits, or bytes. */
export type WireField =
  | { readonly field: number; readonly bytes: Uint8Array; readonly low?: undefined; readonly high?: undefined }
  | { readonly field: number; readonly bytes?: undefined; readonly low: number; readonly high: number };

/** The fields of one level in their order, views of the bytes; those of fixed width and groups are passed over. Throws {@link WireError}, also for more than `max`. */
export function listFields(bytes: Uint8Array, max: number): readonly WireField[] {
  const fields: WireField[] = [];
  const reader = new WireReader(bytes);
  for (let count = 1; reader.next(); count += 1) {
    if (count > max) throw new WireError(`more than ${max} fields`);
    const field = reader.number;
    if (reader.wireType === LENGTH) {
      const { buffer, byteOffset, length } = reader.bytes();
      fields.push({ field, bytes: new Uint8Array(buffer, byteOffset, length) });
    } else if (reader.wireType === VARINT) {
      reader.varint();
      fields.push({ field, low: reader.low, high: reader.high });
    } else reader.skip();
  }
  return fields;
}
