import { bytesEqual } from '@/lib/platform/pure/bytes';
import { WireError, type MessageType } from '@/lib/platform/pure/wire';
import { LifecycleRefusal, within } from './lifecycle-refusal';
import { stateData, stateMetadata } from './messages';

/**
 * How `_lifecycle` keeps structures in the state: each has a record of its kind and fields, and a key for each field
 * (core/chaincode/lifecycle/serializer.go). Order and names of fields are hashed and compared: they never change.
 */
export type FieldValue = bigint | string | Uint8Array;

export interface LifecycleRecord {
  readonly datatype: string;
  readonly fields: readonly (readonly [name: string, value: FieldValue])[];
}

export type ReadKey = (key: string) => Uint8Array | undefined;

/** The public state of `_lifecycle`, or an organisation's implicit collection in it. */
export interface RecordState {
  get: ReadKey;
  put(key: string, value: Uint8Array): void;
  delete(key: string): void;
}

export const metadataKey = (namespace: string, name: string): string => `${namespace}/metadata/${name}`;
export const fieldKey = (namespace: string, name: string, field: string): string => `${namespace}/fields/${name}/${field}`;

/** Kind of what a name stands for; undefined when it stands for nothing. Throws {@link LifecycleRefusal}. */
export function readDatatype(read: ReadKey, namespace: string, name: string): string | undefined {
  return readMetadata(read, namespace, name)?.datatype;
}

/** Writes what changed, and nothing else: an unchanged key keeps its version. Throws {@link LifecycleRefusal}. */
export function writeRecord(state: RecordState, namespace: string, name: string, { datatype, fields }: LifecycleRecord): void {
  const before = readMetadata(state.get, namespace, name) ?? { datatype: '', fields: [] };
  const existing = new Map(before.fields.map((field) => [fieldKey(namespace, name, field), state.get(fieldKey(namespace, name, field))]));
  for (const [field, value] of fields) {
    const key = fieldKey(namespace, name, field);
    const bytes = encodeField(value);
    const old = existing.get(key);
    if (old === undefined || !bytesEqual(old, bytes)) state.put(key, bytes);
    existing.delete(key);
  }
  if (existing.size > 0 || before.datatype !== datatype || before.fields.length !== fields.length) state.put(metadataKey(namespace, name), encodeMetadata(datatype, fields));
  for (const key of existing.keys()) state.delete(key);
}

/** Whether a state of which only hashes are known holds exactly this. `hashOf`: SHA-256 of a key's value. */
export function isWritten(hashOf: ReadKey, namespace: string, name: string, { datatype, fields }: LifecycleRecord, sha256: (bytes: Uint8Array) => Uint8Array): boolean {
  const expected: [string, Uint8Array][] = [[metadataKey(namespace, name), encodeMetadata(datatype, fields)]];
  for (const [field, value] of fields) expected.push([fieldKey(namespace, name, field), encodeField(value)]);
  // All are read, whatever the first says: what a transaction read must not depend on its outcome.
  const found = expected.map(([key, bytes]) => ({ hash: hashOf(key), bytes }));
  return found.every(({ hash, bytes }) => hash !== undefined && bytesEqual(hash, sha256(bytes)));
}

export function readNumber(read: ReadKey, namespace: string, name: string, field: string): bigint {
  const value = readField(read, namespace, name, field);
  if (value === undefined) return 0n;
  if (typeof value === 'bigint') return value;
  throw new LifecycleRefusal(`expected key ${fieldKey(namespace, name, field)} to encode a value of type Int64, but was ${kindOf(value)}`);
}

export function readBytes(read: ReadKey, namespace: string, name: string, field: string): Uint8Array {
  const value = readField(read, namespace, name, field);
  if (value === undefined) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  throw new LifecycleRefusal(`expected key ${fieldKey(namespace, name, field)} to encode a value of type []byte, but was ${kindOf(value)}`);
}

export function readText(read: ReadKey, namespace: string, name: string, field: string): string {
  const value = readField(read, namespace, name, field);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw new LifecycleRefusal(`expected key ${namespace}/fields/${name}/${field} to encode a value of type String, but was ${kindOf(value)}`);
}

/** A message that a field holds. */
export function readMessage<T>(read: ReadKey, namespace: string, name: string, field: string, type: MessageType<T>): T {
  return unmarshal(`could not unmarshal key ${fieldKey(namespace, name, field)} to ${type.name}`, type, readBytes(read, namespace, name, field));
}

export function encodeField(value: FieldValue): Uint8Array {
  if (typeof value === 'bigint') return stateData.encode({ number: value });
  return stateData.encode(typeof value === 'string' ? { text: value } : { bytes: value });
}

function encodeMetadata(datatype: string, fields: LifecycleRecord['fields']): Uint8Array {
  return stateMetadata.encode({ datatype, fields: fields.map(([name]) => name) });
}

function readMetadata(read: ReadKey, namespace: string, name: string) {
  const bytes = read(metadataKey(namespace, name));
  return bytes && unmarshal(`could not unmarshal metadata for namespace ${namespace}/${name}`, stateMetadata, bytes);
}

function readField(read: ReadKey, namespace: string, name: string, field: string): FieldValue | undefined {
  const key = fieldKey(namespace, name, field);
  const bytes = read(key);
  if (bytes === undefined) return undefined;
  const { number, bytes: raw, text } = unmarshal(`could not unmarshal state for key ${key}`, stateData, bytes);
  return number ?? raw ?? text;
}

export function unmarshal<T>(what: string, type: MessageType<T>, bytes: Uint8Array): T {
  return within(what, () => {
    try {
      return type.decode(bytes);
    } catch (error) {
      if (error instanceof WireError) throw new LifecycleRefusal(`proto: ${error.message}`);
      throw error;
    }
  });
}

/** Go's name of the arm of the choice. */
function kindOf(value: FieldValue): string {
  if (typeof value === 'bigint') return '*lifecycle.StateData_Int64';
  return typeof value === 'string' ? '*lifecycle.StateData_String_' : '*lifecycle.StateData_Bytes';
}
