import { sha256 } from '../../../core/crypto';
import { ByteReader, ByteWriter } from '../../../core/codec';
import { COLLECTION_BYTES_MAX, KEY_BYTES_MAX, NAMESPACE_BYTES_MAX } from './limits';
import { FabricStateError } from './state-error';

/**
 * How the world state lies in the engine's keys. Names end with a zero byte, which none of them may hold; the key comes
 * last and may hold any byte, so keys of one namespace sort by their UTF-8 bytes, as in Fabric's LevelDB
 * (stateleveldb.go, encodeDataKey).
 *
 * Spaces below 0x40 follow from the blocks alone and are the same on every peer. Those from 0x40 hold what only members
 * of a collection may see; they live in another state (`privateState`), which no root commits to.
 */
const PUBLIC = 0x20;
const HASHED = 0x21;
const HISTORY = 0x22;
const TRANSACTION = 0x23;
const BLOCK_CODES = 0x24;
const BLOCK_HASH = 0x25;
const HASH_EXPIRY = 0x26;
const PRIVATE = 0x40;
const PRIVATE_NAME = 0x41;
const PRIVATE_WRITE_SET = 0x42;
const PRIVATE_WRITTEN_AT = 0x43;
const PRIVATE_MISSING = 0x44;
const PRIVATE_EXPIRY = 0x45;
const PRIVATE_PURGED = 0x46;

/** Half-open range of state keys: from ≤ key < to. */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** A key of a namespace → {@link encodeVersioned}. */
export function publicKey(namespace: string, key: string): Uint8Array {
  return joined(PUBLIC, [namespace], keyBytesOf(key));
}

/** Keys of a namespace from `start` up to, not including, `end`. An empty `end` is no end. */
export function publicRange(namespace: string, start: string, end: string): KeyRange {
  return rangeBetween(joined(PUBLIC, [namespace], NOTHING), start, end);
}

/** SHA-256 of a private key → the value's SHA-256 with version and metadata, {@link encodeVersioned}. */
export function hashedKey(namespace: string, collection: string, keyHash: Uint8Array): Uint8Array {
  return joined(HASHED, [namespace, collection], keyHash);
}

/** All hashed keys. */
export function hashedRange(): KeyRange {
  return { from: Uint8Array.of(HASHED), to: Uint8Array.of(HASHED + 1) };
}

/** Namespace, collection and key's hash of a {@link hashedKey}. */
export function decodeHashedKey(key: Uint8Array): Omit<HashExpiry, 'committed'> {
  const [namespace, collection, keyHash] = splitNames(key.subarray(1));
  return { namespace, collection, keyHash };
}

/** One write of a key. The name is a hash: whatever bytes a key holds, the writes of one key lie together, oldest first. */
export function historyKey(namespace: string, key: string, block: number, transaction: number): Uint8Array {
  return withHeight(historyPrefix(namespace, key), block, transaction);
}

export function historyRange(namespace: string, key: string): KeyRange {
  const prefix = historyPrefix(namespace, key);
  return { from: prefix, to: after(prefix) };
}

/** Transaction id (any text) → {@link encodePosition}. */
export function transactionKey(id: string): Uint8Array {
  return prefixed(TRANSACTION, sha256(Buffer.from(id, 'utf8')));
}

/** Block number → a validation code for each of its transactions. Blocks without transactions have none. */
export function blockCodesKey(block: number): Uint8Array {
  return withHeight(Uint8Array.of(BLOCK_CODES), block);
}

/** Hash of a block's header → its number (u48). */
export function blockHashKey(hash: Uint8Array): Uint8Array {
  return prefixed(BLOCK_HASH, hash);
}

/** What of the hashed state leaves it with block `expiry`, when it is still what block `committed` wrote. */
export function hashExpiryKey(expiry: number, committed: number, namespace: string, collection: string, keyHash: Uint8Array): Uint8Array {
  const head = withHeight(withHeight(Uint8Array.of(HASH_EXPIRY), expiry), committed);
  return Buffer.concat([head, joined(undefined, [namespace, collection], keyHash)]);
}

export function hashExpiryRange(expiry: number): KeyRange {
  return { from: withHeight(Uint8Array.of(HASH_EXPIRY), expiry), to: withHeight(Uint8Array.of(HASH_EXPIRY), expiry + 1) };
}

export interface HashExpiry {
  readonly committed: number;
  readonly namespace: string;
  readonly collection: string;
  readonly keyHash: Uint8Array;
}

export function decodeHashExpiryKey(key: Uint8Array): HashExpiry {
  const reader = new ByteReader(key);
  reader.raw(7);
  const committed = reader.u48();
  const [namespace, collection, keyHash] = splitNames(reader.raw(reader.remaining));
  return { committed, namespace, collection, keyHash };
}

/** A private key → {@link encodeVersioned}, without metadata, which stands beside the hash. */
export function privateKey(namespace: string, collection: string, key: string): Uint8Array {
  return joined(PRIVATE, [namespace, collection], keyBytesOf(key));
}

export function privateRange(namespace: string, collection: string, start: string, end: string): KeyRange {
  return rangeBetween(joined(PRIVATE, [namespace, collection], NOTHING), start, end);
}

/** Whose a key or a bound of {@link privateRange} is. */
export function decodePrivateNames(key: Uint8Array): { readonly namespace: string; readonly collection: string } {
  const [namespace, collection] = splitNames(key.subarray(1));
  return { namespace, collection };
}

/** SHA-256 of a private key → its text, for what is asked by hash: expiry and purging. */
export function privateNameKey(namespace: string, collection: string, keyHash: Uint8Array): Uint8Array {
  return joined(PRIVATE_NAME, [namespace, collection], keyHash);
}

/** The private write set of a transaction and collection, as it was endorsed (purged keys taken out). */
export function privateWriteSetKey(block: number, transaction: number, namespace: string, collection: string): Uint8Array {
  return atPosition(PRIVATE_WRITE_SET, block, transaction, namespace, collection);
}

export function privateWriteSetRange(block: number): KeyRange {
  return { from: withHeight(Uint8Array.of(PRIVATE_WRITE_SET), block), to: withHeight(Uint8Array.of(PRIVATE_WRITE_SET), block + 1) };
}

/** Where a private key was ever written, so that purging finds each write set that holds it. */
export function privateWrittenAtKey(namespace: string, collection: string, keyHash: Uint8Array, block: number, transaction: number): Uint8Array {
  return withHeight(joined(PRIVATE_WRITTEN_AT, [namespace, collection], keyHash), block, transaction);
}

export function privateWrittenAtRange(namespace: string, collection: string, keyHash: Uint8Array): KeyRange {
  const prefix = joined(PRIVATE_WRITTEN_AT, [namespace, collection], keyHash);
  return { from: prefix, to: after(prefix) };
}

/** Private data that a valid transaction wrote and this peer did not get → 1 when it may have it, 0 when not. */
export function privateMissingKey(block: number, transaction: number, namespace: string, collection: string): Uint8Array {
  return atPosition(PRIVATE_MISSING, block, transaction, namespace, collection);
}

export function privateMissingRange(): KeyRange {
  return { from: Uint8Array.of(PRIVATE_MISSING), to: Uint8Array.of(PRIVATE_MISSING + 1) };
}

/** Write sets (and notes that they are missing) that leave with block `expiry`. */
export function privateExpiryKey(expiry: number, position: PrivatePosition): Uint8Array {
  const head = withHeight(Uint8Array.of(PRIVATE_EXPIRY), expiry);
  return Buffer.concat([head, atPosition(undefined, position.block, position.transaction, position.namespace, position.collection)]);
}

export function privateExpiryRange(expiry: number): KeyRange {
  return { from: withHeight(Uint8Array.of(PRIVATE_EXPIRY), expiry), to: withHeight(Uint8Array.of(PRIVATE_EXPIRY), expiry + 1) };
}

/** A key that was purged → {@link encodePosition} of the last time: what was written up to then must not come back. */
export function privatePurgedKey(namespace: string, collection: string, keyHash: Uint8Array): Uint8Array {
  return joined(PRIVATE_PURGED, [namespace, collection], keyHash);
}

/** Where private data of a collection belongs. */
export interface PrivatePosition {
  readonly block: number;
  readonly transaction: number;
  readonly namespace: string;
  readonly collection: string;
}

/** The position in a key of a write set, a missing one or one that expires. */
export function decodePrivatePosition(key: Uint8Array): PrivatePosition {
  const reader = new ByteReader(key);
  reader.raw(key[0] === PRIVATE_EXPIRY ? 7 : 1);
  const block = reader.u48();
  const transaction = reader.u32();
  const [namespace, collection] = splitNames(reader.raw(reader.remaining));
  return { block, transaction, namespace, collection };
}

/** Block and place in it of a {@link historyKey} or {@link privateWrittenAtKey}: its last 10 bytes. */
export function decodeWrittenAt(key: Uint8Array): { readonly block: number; readonly transaction: number } {
  const reader = new ByteReader(key.subarray(key.length - 10));
  return { block: reader.u48(), transaction: reader.u32() };
}

/** Block and place in it, 10 bytes; they compare as bytes. */
export function encodePosition(block: number, transaction: number): Uint8Array {
  return withHeight(NOTHING, block, transaction);
}

/** The text of a key of {@link publicRange} or {@link privateRange} in that namespace (and collection). */
export function keyTextOf(stateKey: Uint8Array, namespace: string, collection?: string): string {
  const head = 2 + Buffer.byteLength(namespace) + (collection === undefined ? 0 : 1 + Buffer.byteLength(collection));
  return Buffer.from(stateKey.buffer, stateKey.byteOffset + head, stateKey.length - head).toString('utf8');
}

export function keyHashOf(key: string): Uint8Array {
  return sha256(Buffer.from(key, 'utf8'));
}

/** Throws `name-refused` when a key cannot be stored: too long, or not Unicode text. */
export function checkKey(key: string): void {
  if (LONE_SURROGATE.test(key)) throw new FabricStateError('name-refused', `invalid key [${Buffer.from(key).toString('hex').slice(0, 80)}], must be a UTF-8 string`);
  const length = Buffer.byteLength(key, 'utf8');
  if (length > KEY_BYTES_MAX) throw new FabricStateError('name-refused', `the key has ${length} bytes, at most ${KEY_BYTES_MAX} are possible: use a shorter key, or a hash of it`);
}

/** As {@link checkKey}, for the names of namespaces and collections. */
export function checkName(name: string, kind: 'namespace' | 'collection'): void {
  const max = kind === 'namespace' ? NAMESPACE_BYTES_MAX : COLLECTION_BYTES_MAX;
  if (!LONE_SURROGATE.test(name) && !name.includes('\0') && Buffer.byteLength(name, 'utf8') <= max) return;
  throw new FabricStateError('name-refused', `not a name of a ${kind}: at most ${max} bytes of UTF-8 without a zero byte are possible`);
}

/** Half a character: UTF-8 has no bytes for it. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const NOTHING = new Uint8Array(0);

function keyBytesOf(key: string): Uint8Array {
  checkKey(key);
  return Buffer.from(key, 'utf8');
}

/** The bounds need not be keys that can be stored: they only order. */
function rangeBetween(prefix: Uint8Array, start: string, end: string): KeyRange {
  const from = Buffer.concat([prefix, Buffer.from(start, 'utf8')]);
  return { from, to: end === '' ? after(prefix) : Buffer.concat([prefix, Buffer.from(end, 'utf8')]) };
}

/** First of all keys behind those that begin so. A prefix here never ends with 0xff. */
function after(prefix: Uint8Array): Uint8Array {
  const end = Buffer.from(prefix);
  let at = end.length - 1;
  while (end[at] === 0xff) at -= 1;
  end[at] = (end[at] ?? 0) + 1;
  return end.subarray(0, at + 1);
}

function historyPrefix(namespace: string, key: string): Uint8Array {
  return prefixed(HISTORY, sha256(Buffer.from(`${namespace}\0`, 'utf8'), Buffer.from(key, 'utf8')));
}

function joined(space: number | undefined, names: readonly string[], rest: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = space === undefined ? [] : [Uint8Array.of(space)];
  for (const [index, name] of names.entries()) {
    checkName(name, index === 0 ? 'namespace' : 'collection');
    parts.push(Buffer.from(`${name}\0`, 'utf8'));
  }
  parts.push(rest);
  return Buffer.concat(parts);
}

function atPosition(space: number | undefined, block: number, transaction: number, namespace: string, collection: string): Uint8Array {
  const head = withHeight(space === undefined ? NOTHING : Uint8Array.of(space), block, transaction);
  return Buffer.concat([head, joined(undefined, [namespace, collection], NOTHING)]);
}

function splitNames(bytes: Uint8Array): [namespace: string, collection: string, rest: Uint8Array] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = buffer.indexOf(0);
  const second = buffer.indexOf(0, first + 1);
  return [buffer.toString('utf8', 0, first), buffer.toString('utf8', first + 1, second), buffer.subarray(second + 1)];
}

function prefixed(space: number, rest: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(space), rest]);
}

function withHeight(prefix: Uint8Array, block: number, transaction?: number): Uint8Array {
  const writer = new ByteWriter(prefix.length + 10).raw(prefix).u48(block);
  if (transaction !== undefined) writer.u32(transaction);
  return writer.finish();
}

