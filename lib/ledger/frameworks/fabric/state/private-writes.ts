import { bytesEqual } from '@/lib/platform/pure/bytes';
import { sha256 } from '../../../core/crypto';
import { decodePrivateRwset, decodePrivateWrites } from './decode-rwset';
import { encodePrivateWrites } from './encode-rwset';
import { isDeleting, type KeyWrite, type PrivateWrites, type TxRwset } from './rwset';
import { FabricStateError } from './state-error';
import {
  decodeWrittenAt,
  encodePosition,
  keyHashOf,
  privateExpiryKey,
  privateKey,
  privateMissingKey,
  privateNameKey,
  privatePurgedKey,
  privateWriteSetKey,
  privateWrittenAtKey,
  privateWrittenAtRange,
  type PrivatePosition,
} from './state-keys';
import type { UpdateBatch } from './update-batch';
import { encodeVersioned, type Version } from './versioned-value';
import { readEntries } from './world-state';

const NOTHING = new Uint8Array(0);
const THERE = Uint8Array.of(1);

/** Plaintext of one collection that a transaction promised by its hash. */
export interface PromisedPrivate {
  readonly namespace: string;
  readonly collection: string;
  readonly hash: Uint8Array;
}

/** The collections to which a transaction wrote. */
export function promisedBy(rwset: TxRwset): readonly PromisedPrivate[] {
  return rwset.namespaces.flatMap(({ namespace, collections }) =>
    collections.filter((one) => one.privateRwsetHash.length > 0).map((one) => ({ namespace, collection: one.collection, hash: one.privateRwsetHash })),
  );
}

/** The plaintext of each collection in the bytes of a TxPvtReadWriteSet, by `namespace\0collection`; none for bytes that are none. */
export function plaintextsOf(bytes: Uint8Array | undefined): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  try {
    for (const { namespace, collections } of bytes === undefined ? [] : decodePrivateRwset(bytes).namespaces) {
      for (const { collection, rwset } of collections) found.set(`${namespace}\0${collection}`, rwset);
    }
  } catch (error) {
    if (!(error instanceof FabricStateError)) throw error;
  }
  return found;
}

/** The writes in a plaintext, when it is the one that was promised and its keys can be stored. */
export function openPromised(plaintext: Uint8Array | undefined, promised: PromisedPrivate): PrivateWrites | undefined {
  if (plaintext === undefined || !bytesEqual(sha256(plaintext), promised.hash)) return undefined;
  try {
    const opened = decodePrivateWrites(plaintext);
    for (const { key } of opened.writes) privateKey(promised.namespace, promised.collection, key);
    for (const key of opened.metadataKeys) privateKey(promised.namespace, promised.collection, key);
    return opened;
  } catch (error) {
    if (!(error instanceof FabricStateError)) throw error;
    return undefined;
  }
}

/** Keeps a write set as it was endorsed, findable by its keys, until its collection's time is up. One without writes says nothing. */
export function keepWriteSet(position: PrivatePosition, plaintext: Uint8Array, opened: PrivateWrites, expiry: number | undefined, updates: UpdateBatch): void {
  const { block, transaction, namespace, collection } = position;
  if (opened.writes.length + opened.metadataKeys.length === 0) return;
  updates.put(privateWriteSetKey(block, transaction, namespace, collection), plaintext);
  for (const { key } of opened.writes) updates.put(privateWrittenAtKey(namespace, collection, keyHashOf(key), block, transaction), THERE);
  if (expiry !== undefined) updates.put(privateExpiryKey(expiry, position), THERE);
}

/** Remembers that a write set did not come: `isMember` says whether this peer may have it, and so should ask for it. */
export function noteMissing(position: PrivatePosition, isMember: boolean, expiry: number | undefined, updates: UpdateBatch): void {
  updates.put(privateMissingKey(position.block, position.transaction, position.namespace, position.collection), Uint8Array.of(isMember ? 1 : 0));
  if (expiry !== undefined) updates.put(privateExpiryKey(expiry, position), THERE);
}

/** Forgets a write set and that it is missing. */
export function dropWriteSet(position: PrivatePosition, updates: UpdateBatch): void {
  const { block, transaction, namespace, collection } = position;
  const key = privateWriteSetKey(block, transaction, namespace, collection);
  const plaintext = updates.reader.get(key);
  if (plaintext !== undefined) {
    for (const write of decodePrivateWrites(plaintext).writes) updates.delete(privateWrittenAtKey(namespace, collection, keyHashOf(write.key), block, transaction));
    updates.delete(key);
  }
  const missing = privateMissingKey(block, transaction, namespace, collection);
  if (updates.reader.get(missing) !== undefined) updates.delete(missing);
}

/** Puts or deletes a private key, and its name by its hash. */
export function applyPrivateWrite(namespace: string, collection: string, write: KeyWrite, version: Version, updates: UpdateBatch): void {
  if (isDeleting(write)) {
    dropPrivateKey(namespace, collection, write.key, updates);
    return;
  }
  updates.put(privateKey(namespace, collection, write.key), encodeVersioned({ version, value: write.value, metadata: NOTHING }));
  updates.put(privateNameKey(namespace, collection, keyHashOf(write.key)), Buffer.concat([Uint8Array.of(0), Buffer.from(write.key, 'utf8')]));
}

export function dropPrivateKey(namespace: string, collection: string, key: string, updates: UpdateBatch): void {
  updates.delete(privateKey(namespace, collection, key));
  updates.delete(privateNameKey(namespace, collection, keyHashOf(key)));
}

/** The text of a private key by its hash, while its value is here. The byte in front keeps an empty key from being no value. */
export function privateNameOf(namespace: string, collection: string, keyHash: Uint8Array, updates: UpdateBatch): string | undefined {
  const bytes = updates.reader.get(privateNameKey(namespace, collection, keyHash));
  return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.length - 1).toString('utf8');
}

/**
 * Takes every value that a key had so far out of the write sets, and remembers that, so that late ones do not
 * bring them back. What is left of a write set no longer has the hash that was promised.
 */
export function purgePast(namespace: string, collection: string, keyHash: Uint8Array, { block, transaction }: Version, updates: UpdateBatch): void {
  updates.put(privatePurgedKey(namespace, collection, keyHash), encodePosition(block, transaction));
  for (const { key } of readEntries(updates.reader, privateWrittenAtRange(namespace, collection, keyHash))) {
    const at = decodeWrittenAt(key);
    updates.delete(key);
    const setKey = privateWriteSetKey(at.block, at.transaction, namespace, collection);
    const plaintext = updates.reader.get(setKey);
    if (plaintext === undefined) continue;
    const opened = decodePrivateWrites(plaintext);
    const rest = { ...opened, writes: opened.writes.filter((write) => !bytesEqual(keyHashOf(write.key), keyHash)) };
    if (rest.writes.length + rest.metadataKeys.length === 0) updates.delete(setKey);
    else updates.put(setKey, encodePrivateWrites(rest));
  }
}

/** Whether a key was purged after it was written there. */
export function isPurged(namespace: string, collection: string, key: string, written: Version, updates: UpdateBatch): boolean {
  const until = updates.reader.get(privatePurgedKey(namespace, collection, keyHashOf(key)));
  return until !== undefined && Buffer.compare(encodePosition(written.block, written.transaction), until) <= 0;
}
