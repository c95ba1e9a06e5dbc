import { WireError } from './wire-error';
import { WireReader, type WireType } from './wire-reader';
import { WireWriter } from './wire-writer';

/** One field of a message: how its value is read, merged and written. */
export interface Field<T> {
  readonly number: number;
  readonly wireType: WireType;
  /** Its value in a message that does not have the field. */
  empty(): T;
  /** True for the value that is not written. */
  isEmpty(value: T): boolean;
  /** The value after one more occurrence. Throws {@link WireError}. */
  read(reader: WireReader, before: T, progress: Progress): T;
  /** Everything after the field's first tag. */
  write(writer: WireWriter, value: T): void;
}

/** How far the decoding of one message with all that is in it came. */
export interface Progress {
  depth: number;
  fields: number;
}

type Shape = Readonly<Record<string, unknown>>;
/** The value of a message with these fields. */
export type Values<S> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };
/** What a decoder gives. */
export type Decoded<M> = M extends MessageType<infer T> ? T : never;

export interface MessageType<T> {
  readonly name: string;
  /** Views of the bytes, not copies. Unknown fields are passed over. Throws {@link WireError}. */
  decode(bytes: Uint8Array): T;
  /** Canonical: fields in the order of their numbers, empty values left out. */
  encode(values: Partial<T>): Uint8Array;
  /** `before` with what the bytes say, as protocol buffers merge. */
  merge(bytes: Uint8Array, before: T | undefined, progress: Progress): T;
}

/** Deeper than any message of Fabric: a channel's configuration has four levels of groups, a policy a few more. */
const DEPTH_MAX = 48;
/** More than any message within our limits has: two million empty fields would keep the thread for a second. */
const FIELDS_MAX = 65_536;

/** A message type from its fields. */
export function message<S extends Shape>(name: string, shape: S): MessageType<Values<S>> {
  type T = Values<S>;
  const fields = (Object.entries(shape) as [string, Field<unknown>][]).sort(([, a], [, b]) => a.number - b.number);
  const byNumber = new Map(fields.map((entry) => [entry[1].number, entry]));
  if (byNumber.size !== fields.length) throw new TypeError(`${name} has two fields of one number`);

  function merge(bytes: Uint8Array, before: T | undefined, progress: Progress): T {
    progress.depth += 1;
    if (progress.depth > DEPTH_MAX) throw new WireError('messages too deep');
    const values: Record<string, unknown> = before === undefined ? {} : { ...before };
    if (before === undefined) for (const [key, field] of fields) values[key] = field.empty();
    const reader = new WireReader(bytes);
    while (reader.next()) {
      progress.fields += 1;
      if (progress.fields > FIELDS_MAX) throw new WireError(`more than ${FIELDS_MAX} fields`);
      const known = byNumber.get(reader.number);
      // A known number with another layout is an unknown field, for Go too.
      if (known === undefined || known[1].wireType !== reader.wireType) reader.skip();
      else values[known[0]] = known[1].read(reader, values[known[0]], progress);
    }
    progress.depth -= 1;
    return values as T;
  }

  return {
    name,
    merge,
    decode: (bytes) => merge(bytes, undefined, { depth: 0, fields: 0 }),
    encode(values) {
      // Most of a message are its byte strings: room for them at once saves copying them while the writer grows.
      let room = 128;
      for (const value of Object.values(values)) if (value instanceof Uint8Array) room += value.length + 8;
      const writer = new WireWriter(room);
      for (const [key, field] of fields) {
        const value = (values as Record<string, unknown>)[key];
        if (value === undefined || field.isEmpty(value)) continue;
        writer.tag(field.number, field.wireType);
        field.write(writer, value);
      }
      return writer.finish();
    },
  };
}
