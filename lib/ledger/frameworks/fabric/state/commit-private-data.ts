import { bytesEqual } from '@/lib/platform/pure/bytes';
import type { StateReader, StateWrite } from '../../../core/storage';
import { sha256 } from '../../../core/crypto';
import { expiryOf, type CollectionsOf } from './collections';
import {
  applyPrivateWrite,
  dropPrivateKey,
  dropWriteSet,
  keepWriteSet,
  noteMissing,
  openPromised,
  plaintextsOf,
  privateNameOf,
  promisedBy,
  purgePast,
} from './private-writes';
import { decodePrivatePosition, hashedKey, keyHashOf, privateExpiryRange, privateKey, type PrivatePosition } from './state-keys';
import { UpdateBatch } from './update-batch';
import type { BlockOutcome } from './validate-block';
import { decodeVersion, decodeVersioned, encodeVersioned, sameVersion } from './versioned-value';
import { readEntries } from './world-state';

export interface PrivateCommit {
  readonly outcome: BlockOutcome;
  /** This peer's private state before the block. */
  readonly privateState: StateReader;
  /** Bytes of the TxPvtReadWriteSet by place in the block, as far as they came. */
  readonly plaintexts: ReadonlyMap<number, Uint8Array>;
  readonly collectionsOf: CollectionsOf;
  /** Whether this peer may have the private data of a collection. */
  readonly isMember: (namespace: string, collection: string) => boolean;
}

export interface CommittedPrivate {
  /** Of the private state alone: sorted by key, each key once. They belong to the same commit as the block's writes. */
  readonly writes: readonly StateWrite[];
  /** What valid transactions promised and was not there, or was not what they promised. It is noted, too. */
  readonly missing: readonly PrivatePosition[];
}

/**
 * What a block does to this peer's private state: plaintext with the promised hash comes in, purged and expired data go
 * (validation/batch_preparer.go, pvtstatepurgemgmt/purge_mgr.go, pvtdatastorage/store.go). Wrong plaintext counts as missing;
 * the block is valid all the same, as its hashes are what was agreed on.
 */
export function commitPrivateData(commit: PrivateCommit): CommittedPrivate {
  const { outcome, collectionsOf, isMember } = commit;
  const updates = new UpdateBatch(commit.privateState);
  const missing: PrivatePosition[] = [];
  const moved: { namespace: string; collection: string; key: string }[] = [];
  for (const { version, rwset } of outcome.valid) {
    const plaintexts = plaintextsOf(commit.plaintexts.get(version.transaction));
    for (const promised of promisedBy(rwset)) {
      const { namespace, collection } = promised;
      const position = { ...version, namespace, collection };
      const expiry = expiryOf(collectionsOf, namespace, collection, version.block);
      const isOurs = isMember(namespace, collection);
      const plaintext = isOurs ? plaintexts.get(`${namespace}\0${collection}`) : undefined;
      const opened = openPromised(plaintext, promised);
      if (plaintext === undefined || opened === undefined) {
        noteMissing(position, isOurs, expiry, updates);
        if (isOurs) missing.push(position);
        continue;
      }
      keepWriteSet(position, plaintext, opened, expiry, updates);
      for (const write of opened.writes) applyPrivateWrite(namespace, collection, write, version, updates);
      for (const key of opened.metadataKeys) moved.push({ namespace, collection, key });
    }
    purgeBy(rwset, version, updates);
  }
  for (const { namespace, collection, key } of moved) moveVersion(namespace, collection, key, outcome, updates);
  expire(outcome, updates);
  return { writes: updates.writes(), missing };
}

function purgeBy(rwset: BlockOutcome['valid'][number]['rwset'], version: BlockOutcome['valid'][number]['version'], updates: UpdateBatch): void {
  for (const { namespace, collections } of rwset.namespaces) {
    for (const { collection, writes } of collections) {
      for (const { keyHash, isPurge } of writes) {
        if (!isPurge) continue;
        purgePast(namespace, collection, keyHash, version, updates);
        // The write set that says so may be missing here; the plaintext goes all the same.
        const name = privateNameOf(namespace, collection, keyHash, updates);
        if (name !== undefined) dropPrivateKey(namespace, collection, name, updates);
      }
    }
  }
}

/** Metadata alone moved the hash's version: the plaintext follows, when it is the one that the hash stands for. */
function moveVersion(namespace: string, collection: string, key: string, outcome: BlockOutcome, updates: UpdateBatch): void {
  const hashedBytes = outcome.state.get(hashedKey(namespace, collection, keyHashOf(key)));
  const stateKey = privateKey(namespace, collection, key);
  const plainBytes = updates.reader.get(stateKey);
  if (hashedBytes === undefined || plainBytes === undefined) return;
  const hashed = decodeVersioned(hashedBytes);
  const plain = decodeVersioned(plainBytes);
  if (hashed.version.block !== outcome.block || sameVersion(hashed.version, plain.version)) return;
  if (bytesEqual(sha256(plain.value), hashed.value)) updates.put(stateKey, encodeVersioned({ ...plain, version: hashed.version }));
}

function expire(outcome: BlockOutcome, updates: UpdateBatch): void {
  for (const { namespace, collection, keyHash, committed, isCurrent } of outcome.expired) {
    const name = privateNameOf(namespace, collection, keyHash, updates);
    if (name === undefined) continue;
    const key = privateKey(namespace, collection, name);
    const bytes = updates.reader.get(key);
    // The plaintext may be older than the hash, when newer plaintext is missing: then it goes by its own time.
    const isOwn = bytes !== undefined && decodeVersion(bytes).block === committed;
    if (isCurrent || isOwn) dropPrivateKey(namespace, collection, name, updates);
  }
  for (const { key } of readEntries(updates.before, privateExpiryRange(outcome.block))) {
    dropWriteSet(decodePrivatePosition(key), updates);
    updates.delete(key);
  }
}
