import { bytesEqual } from '@/lib/platform/pure/bytes';
import { QUERY_RESULTS_MAX } from './limits';
import { RangeSummary } from './range-summary';
import type { NamespaceRwset, RangeQuery, TxRwset } from './rwset';
import { hashedKey, keyTextOf, publicKey, publicRange, type KeyRange } from './state-keys';
import type { UpdateBatch } from './update-batch';
import { VALIDATION_CODES, type ValidationCode } from '../protocol/transaction/validation-codes';
import { decodeVersion, sameVersion, type Version } from './versioned-value';

/**
 * Whether what a transaction read is still so, on top of the block's valid transactions before it
 * (kvledger/txmgmt/validation/validator.go): MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT, or VALID.
 */
export function findConflict(rwset: TxRwset, updates: UpdateBatch): ValidationCode {
  for (const one of rwset.namespaces) {
    if (!one.reads.every(({ key, version }) => isUnchanged(publicKey(one.namespace, key), version, updates))) return VALIDATION_CODES.MVCC_READ_CONFLICT;
    if (!one.rangeQueries.every((query) => isRangeUnchanged(one.namespace, query, updates))) return VALIDATION_CODES.PHANTOM_READ_CONFLICT;
    if (!areHashesUnchanged(one, updates)) return VALIDATION_CODES.MVCC_READ_CONFLICT;
  }
  return VALIDATION_CODES.VALID;
}

function areHashesUnchanged({ namespace, collections }: NamespaceRwset, updates: UpdateBatch): boolean {
  return collections.every(({ collection, reads }) => reads.every(({ keyHash, version }) => isUnchanged(hashedKey(namespace, collection, keyHash), version, updates)));
}

/** A key that the block wrote already conflicts whatever the version: it cannot be what the simulation saw. */
function isUnchanged(key: Uint8Array, version: Version | undefined, updates: UpdateBatch): boolean {
  if (updates.has(key)) return false;
  const bytes = updates.before.get(key);
  return sameVersion(bytes === undefined ? undefined : decodeVersion(bytes), version);
}

function isRangeUnchanged(namespace: string, query: RangeQuery, updates: UpdateBatch): boolean {
  const { results } = query;
  if (results.kind === 'hashes') return areSummariesEqual(namespace, query, results, updates);
  let at = 0;
  for (const { key, version } of readRange(namespace, query, updates)) {
    const read = results.reads[at];
    if (read === undefined || read.key !== key || read.version === undefined || !sameVersion(read.version, version)) return false;
    at += 1;
  }
  return at === results.reads.length;
}

/** Builds the tree over the results anew and stops at the first difference (validation/rangequery_validator.go). */
function areSummariesEqual(namespace: string, query: RangeQuery, wanted: RangeQuery['results'] & { kind: 'hashes' }, updates: UpdateBatch): boolean {
  const summary = new RangeSummary(wanted.maxDegree);
  let matched = 0;
  let count = 0;
  for (const read of readRange(namespace, query, updates)) {
    count += 1;
    // More than a simulation can have read: only a forged tree asks for it.
    if (count > QUERY_RESULTS_MAX) return false;
    summary.add(read);
    if (summary.maxLevel < wanted.maxLevel) continue;
    const top = summary.topHashes;
    if (summary.maxLevel > wanted.maxLevel || top.length > wanted.hashes.length) return false;
    for (; matched < top.length; matched += 1) if (!isSame(top[matched], wanted.hashes[matched])) return false;
  }
  const found = summary.finish();
  return (
    found.kind === 'hashes' &&
    found.maxLevel === wanted.maxLevel &&
    found.hashes.length === wanted.hashes.length &&
    found.hashes.every((hash, at) => isSame(hash, wanted.hashes[at]))
  );
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && bytesEqual(a, b);
}

/** The range as it is now; one that was not read to its end includes the last key that was seen. */
function* readRange(namespace: string, { start, end, isExhausted }: RangeQuery, updates: UpdateBatch): Generator<{ key: string; version: Version }> {
  const range: KeyRange = publicRange(namespace, start, isExhausted || end === '' ? end : `${end}\0`);
  for (const { key, value } of updates.entries(range)) yield { key: keyTextOf(key, namespace), version: decodeVersion(value) };
}
