import { bytesEqual } from '@/lib/platform/pure/bytes';
import type { StateReader, StateWrite } from '../../../core/storage';
import { sha256 } from '../../../core/crypto';
import { expiryOf, type CollectionsOf } from './collections';
import { encodePrivateWrites } from './encode-rwset';
import { applyPrivateWrite, dropPrivateKey, isPurged, keepWriteSet, openPromised } from './private-writes';
import { isDeleting, type KeyWrite } from './rwset';
import { decodePrivatePosition, hashedKey, keyHashOf, privateMissingKey, privateMissingRange, type PrivatePosition } from './state-keys';
import { UpdateBatch } from './update-batch';
import { decodeVersioned, sameVersion, type Version } from './versioned-value';
import { readEntries } from './world-state';

/** Private data that this peer may have and lacks, oldest first, at most `limit`: what it asks other members for. */
export function listMissing(privateState: StateReader, limit: number): readonly PrivatePosition[] {
  const found: PrivatePosition[] = [];
  for (const { key, value } of readEntries(privateState, privateMissingRange())) {
    if (found.length >= limit) break;
    if (value[0] === 1) found.push(decodePrivatePosition(key));
  }
  return found;
}

export interface LatePlaintext {
  readonly position: PrivatePosition;
  /** Bytes of the collection's KVRWSet. */
  readonly plaintext: Uint8Array;
  /** What the ordered transaction promised: `privateRwsetHash` of its read-write set. */
  readonly hash: Uint8Array;
}

/**
 * Takes in private data that came after their block: kept as a write set, and in the private state as far as it is still what the
 * hash stands for (lockbased_txmgr.go, RemoveStaleAndCommitPvtDataOfOldBlocks). Both states are those of the last block.
 * Writes of the private state, sorted; undefined when it is not missing, or not what was promised.
 */
export function reconcilePrivateData(
  late: LatePlaintext,
  state: StateReader,
  privateState: StateReader,
  collectionsOf: CollectionsOf,
): readonly StateWrite[] | undefined {
  const { position, plaintext, hash } = late;
  const { block, transaction, namespace, collection } = position;
  const missingKey = privateMissingKey(block, transaction, namespace, collection);
  const opened = openPromised(plaintext, { namespace, collection, hash });
  if (opened === undefined || privateState.get(missingKey) === undefined) return undefined;
  const updates = new UpdateBatch(privateState);
  const written: Version = { block, transaction };
  const writes = opened.writes.filter(({ key }) => !isPurged(namespace, collection, key, written, updates));
  const rest = { ...opened, writes };
  updates.delete(missingKey);
  const kept = writes.length === opened.writes.length ? plaintext : encodePrivateWrites(rest);
  keepWriteSet(position, kept, rest, expiryOf(collectionsOf, namespace, collection, block), updates);
  for (const write of writes) applyLate(namespace, collection, write, written, state, updates);
  return updates.writes();
}

function applyLate(namespace: string, collection: string, write: KeyWrite, written: Version, state: StateReader, updates: UpdateBatch): void {
  const bytes = state.get(hashedKey(namespace, collection, keyHashOf(write.key)));
  if (isDeleting(write)) {
    // Without a hash whatever plaintext there is stands for nothing.
    if (bytes === undefined) dropPrivateKey(namespace, collection, write.key, updates);
    return;
  }
  if (bytes === undefined) return;
  const hashed = decodeVersioned(bytes);
  // Metadata alone may have moved the version since; then the hash is still this value's.
  if (!sameVersion(hashed.version, written) && !bytesEqual(hashed.value, sha256(write.value))) return;
  applyPrivateWrite(namespace, collection, write, hashed.version, updates);
}
