import { keyName } from '../../../storage/sorted-map';
import { encodeMetadata } from './encode-rwset';
import { isDeleting, isDeletingHash, type MetadataEntry, type TxRwset } from './rwset';
import { hashedKey, publicKey } from './state-keys';
import type { UpdateBatch } from './update-batch';
import { decodeVersioned, encodeVersioned, type Version } from './versioned-value';

const NOTHING = new Uint8Array(0);

/** What a transaction does to one key. */
interface KeyChange {
  readonly namespace: string;
  /** Absent: a public key. */
  readonly collection: string | undefined;
  /** The key's bytes, or the hash of a private key. */
  readonly name: Uint8Array;
  isDeleted: boolean;
  value: Uint8Array | undefined;
  /** Absent: it stays as it is. Empty: it goes. */
  metadata: Uint8Array | undefined;
}

/** A key after a transaction; without a value it is gone. */
export interface AppliedChange {
  readonly namespace: string;
  readonly collection: string | undefined;
  readonly name: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly version: Version;
}

/**
 * Puts the writes of a valid transaction into the block's changes (kvledger/txmgmt/validation/tx_ops.go): a value keeps the
 * metadata that the key has, metadata alone keep its value and move its version, and do nothing to a key that is not there.
 * Tells each change, in no particular order.
 */
export function applyWrites(rwset: TxRwset, version: Version, updates: UpdateBatch, onChange: (key: Uint8Array, change: AppliedChange) => void): void {
  for (const { key, change } of changesOf(rwset)) {
    const { namespace, collection, name, isDeleted } = change;
    const bytes = isDeleted ? undefined : updates.reader.get(key);
    const latest = bytes === undefined ? undefined : decodeVersioned(bytes);
    const value = isDeleted ? undefined : (change.value ?? latest?.value);
    // Metadata of what is not there.
    if (value === undefined && !isDeleted) continue;
    if (value === undefined) updates.delete(key);
    else updates.put(key, encodeVersioned({ version, value, metadata: change.metadata ?? latest?.metadata ?? NOTHING }));
    onChange(key, { namespace, collection, name, value, version });
  }
}

function changesOf(rwset: TxRwset): Iterable<{ readonly key: Uint8Array; readonly change: KeyChange }> {
  const changes = new Map<string, { key: Uint8Array; change: KeyChange }>();
  const changeOf = (key: Uint8Array, namespace: string, collection: string | undefined, name: Uint8Array): KeyChange => {
    const of = keyName(key);
    const found = changes.get(of) ?? { key, change: { namespace, collection, name, isDeleted: false, value: undefined, metadata: undefined } };
    changes.set(of, found);
    return found.change;
  };
  const write = (change: KeyChange, isDelete: boolean, value: Uint8Array): void => {
    if (isDelete) change.isDeleted = true;
    else change.value = value;
  };
  const metadataOf = (entries: readonly MetadataEntry[]): Uint8Array => (entries.length === 0 ? NOTHING : encodeMetadata(entries));
  for (const { namespace, writes, metadataWrites, collections } of rwset.namespaces) {
    const publicChange = (key: string) => changeOf(publicKey(namespace, key), namespace, undefined, Buffer.from(key, 'utf8'));
    for (const one of writes) write(publicChange(one.key), isDeleting(one), one.value);
    for (const { key, entries } of metadataWrites) publicChange(key).metadata = metadataOf(entries);
    for (const { collection, writes: hashedWrites, metadataWrites: hashedMetadata } of collections) {
      const hashedChange = (keyHash: Uint8Array) => changeOf(hashedKey(namespace, collection, keyHash), namespace, collection, keyHash);
      for (const one of hashedWrites) write(hashedChange(one.keyHash), isDeletingHash(one), one.valueHash);
      for (const { keyHash, entries } of hashedMetadata) hashedChange(keyHash).metadata = metadataOf(entries);
    }
  }
  return changes.values();
}
