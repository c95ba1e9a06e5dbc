import { encodeMetadata } from './encode-rwset';
import { isDeleting, isDeletingHash, type MetadataEntry, type TxRwset } from './rwset';
import { hashedKey, publicKey } from './state-keys';
import type { UpdateBatch } from './update-batch';
import { decodeVersioned, encodeVersioned, type Version } from './versioned-value';

const NOTHING = new Uint8Array(0);

/** What a transaction does to one key. */
interface KeyChange {
  readonly key: Uint8Array;
  isDeleted: boolean;
  value: Uint8Array | undefined;
  /** Absent: it stays as it is. Empty: it goes. */
  metadata: Uint8Array | undefined;
}

/**
 * Puts the writes of a valid transaction into the block's changes (kvledger/txmgmt/validation/tx_ops.go): a value keeps the
 * metadata that the key has, metadata alone keep its value and move its version, and do nothing to a key that is not there.
 */
export function applyWrites(rwset: TxRwset, version: Version, updates: UpdateBatch): void {
  for (const { key, isDeleted, value, metadata } of changesOf(rwset)) {
    if (isDeleted) {
      updates.delete(key);
      continue;
    }
    if (value !== undefined && metadata !== undefined) {
      updates.put(key, encodeVersioned({ version, value, metadata }));
      continue;
    }
    const bytes = updates.reader.get(key);
    const latest = bytes === undefined ? undefined : decodeVersioned(bytes);
    if (value !== undefined) updates.put(key, encodeVersioned({ version, value, metadata: latest?.metadata ?? NOTHING }));
    else if (latest !== undefined) updates.put(key, encodeVersioned({ version, value: latest.value, metadata: metadata ?? NOTHING }));
  }
}

function changesOf(rwset: TxRwset): Iterable<KeyChange> {
  const changes = new Map<string, KeyChange>();
  const changeOf = (key: Uint8Array): KeyChange => {
    const name = Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
    const found = changes.get(name) ?? { key, isDeleted: false, value: undefined, metadata: undefined };
    changes.set(name, found);
    return found;
  };
  const write = (key: Uint8Array, isDelete: boolean, value: Uint8Array): void => {
    const change = changeOf(key);
    if (isDelete) change.isDeleted = true;
    else change.value = value;
  };
  const writeMetadata = (key: Uint8Array, entries: readonly MetadataEntry[]): void => {
    changeOf(key).metadata = entries.length === 0 ? NOTHING : encodeMetadata(entries);
  };
  for (const { namespace, writes, metadataWrites, collections } of rwset.namespaces) {
    for (const one of writes) write(publicKey(namespace, one.key), isDeleting(one), one.value);
    for (const { key, entries } of metadataWrites) writeMetadata(publicKey(namespace, key), entries);
    for (const { collection, writes: hashedWrites, metadataWrites: hashedMetadata } of collections) {
      for (const one of hashedWrites) write(hashedKey(namespace, collection, one.keyHash), isDeletingHash(one), one.valueHash);
      for (const { keyHash, entries } of hashedMetadata) writeMetadata(hashedKey(namespace, collection, keyHash), entries);
    }
  }
  return changes.values();
}
