import type { StateEntry, StateReader } from '../../../core/storage';
import { STATE_PAGE } from './limits';
import { hashedKey, keyTextOf, privateKey, privateRange, publicKey, publicRange, type KeyRange } from './state-keys';
import { decodeVersioned, type VersionedValue } from './versioned-value';

/** A key with what the state holds of it. */
export interface StateItem extends VersionedValue {
  readonly key: string;
}

/**
 * Reads Fabric's world state in the engine's. Keys that cannot be stored throw `name-refused`. `privateState` is this
 * peer's own: what it holds of the collections that it is a member of.
 */
export function worldState(state: StateReader, privateState: StateReader) {
  const at = (reader: StateReader, key: Uint8Array): VersionedValue | undefined => {
    const bytes = reader.get(key);
    return bytes === undefined ? undefined : decodeVersioned(bytes);
  };
  return {
    get: (namespace: string, key: string) => at(state, publicKey(namespace, key)),
    /** The value is the SHA-256 of the private value; metadata of a private key stands here too. */
    getHashed: (namespace: string, collection: string, keyHash: Uint8Array) => at(state, hashedKey(namespace, collection, keyHash)),
    getPrivate: (namespace: string, collection: string, key: string) => at(privateState, privateKey(namespace, collection, key)),
    range: (namespace: string, start: string, end: string) => readItems(state, publicRange(namespace, start, end), namespace),
    privateRange: (namespace: string, collection: string, start: string, end: string) =>
      readItems(privateState, privateRange(namespace, collection, start, end), namespace, collection),
  };
}

export type WorldState = ReturnType<typeof worldState>;

/** Entries of a range in order, read in pages: a caller that stops early has read little. */
export function* readEntries(reader: StateReader, { from, to }: KeyRange): Generator<StateEntry, undefined> {
  let start = from;
  while (Buffer.compare(start, to) < 0) {
    const page = reader.range({ from: start, to, limit: STATE_PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < STATE_PAGE) return;
    start = Buffer.concat([last.key, Uint8Array.of(0)]);
  }
}

function* readItems(reader: StateReader, range: KeyRange, namespace: string, collection?: string): Generator<StateItem, undefined> {
  for (const { key, value } of readEntries(reader, range)) yield { key: keyTextOf(key, namespace, collection), ...decodeVersioned(value) };
}
