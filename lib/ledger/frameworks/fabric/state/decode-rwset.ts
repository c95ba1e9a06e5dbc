import { RWSET_BYTES_MAX, RWSET_ITEMS_MAX } from './limits';
import type {
  CollectionHashedRwset,
  CollectionPrivateRwset,
  HashedWrite,
  KeyRead,
  KeyWrite,
  MetadataEntry,
  MetadataWrite,
  NamespaceRwset,
  PrivateWrites,
  RangeQuery,
  RangeResults,
  TxPrivateRwset,
  TxRwset,
} from './rwset';
import type { Version } from './versioned-value';
import { asBool, asBytes, asText, asUint, asUint32, malformed, readFields, type WireValue } from './wire';

/**
 * Reads rwset.TxReadWriteSet as Go's proto.Unmarshal does: unknown fields are skipped, of a field that may stand once the
 * last one counts, and messages that stand more than once are read as one. Byte values are views, not copies.
 * Throws `rwset-malformed`; Fabric's code for it is BAD_RWSET (plugindispatcher/dispatcher.go).
 */
export function decodeRwset(bytes: Uint8Array): TxRwset {
  return limited(bytes, (count) => {
    const namespaces: NamespaceRwset[] = [];
    readFields(bytes, (field, value) => {
      if (field === 1) asUint(value);
      if (field === 2) namespaces.push(decodeNamespace(asBytes(value), count));
    });
    return { namespaces };
  });
}

/** Reads rwset.TxPvtReadWriteSet; the plaintext inside is looked at by {@link decodePrivateWrites}. */
export function decodePrivateRwset(bytes: Uint8Array): TxPrivateRwset {
  return limited(bytes, (count) => {
    const namespaces: { namespace: string; collections: CollectionPrivateRwset[] }[] = [];
    readFields(bytes, (field, value) => {
      if (field === 1) asUint(value);
      if (field !== 2) return;
      count();
      const one = { namespace: '', collections: [] as CollectionPrivateRwset[] };
      readFields(asBytes(value), (inner, item) => {
        if (inner === 1) one.namespace = asText(item);
        if (inner === 2) one.collections.push(decodeCollectionPlain(asBytes(item), count));
      });
      namespaces.push(one);
    });
    return { namespaces };
  });
}

/** Reads the kvrwset.KVRWSet of one collection's plaintext. Reads and range queries have no place in it and are skipped. */
export function decodePrivateWrites(bytes: Uint8Array): PrivateWrites {
  return limited(bytes, (count) => {
    const writes: KeyWrite[] = [];
    const metadataKeys: string[] = [];
    readFields(bytes, (field, value) => {
      if (field === 3) writes.push(decodeWrite(asBytes(value), count));
      if (field === 4) metadataKeys.push(decodeMetadataWrite(asBytes(value), count).key);
    });
    return { writes, metadataKeys };
  });
}

/** Reads what {@link encodeMetadata} wrote; of entries with one name the last counts. No bytes: no metadata. */
export function decodeMetadata(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  for (const { name, value } of limited(bytes, (count) => decodeMetadataWrite(bytes, count)).entries) entries.set(name, value);
  return entries;
}

/** Counts an item of whatever list. */
type Count = () => void;

function limited<T>(bytes: Uint8Array, decode: (count: Count) => T): T {
  if (bytes.length > RWSET_BYTES_MAX) throw malformed(`it has ${bytes.length} bytes, at most ${RWSET_BYTES_MAX} are possible`);
  let left = RWSET_ITEMS_MAX;
  return decode(() => {
    left -= 1;
    if (left < 0) throw malformed(`it has more than ${RWSET_ITEMS_MAX} items`);
  });
}

function decodeNamespace(bytes: Uint8Array, count: Count): NamespaceRwset {
  count();
  let namespace = '';
  let kv = new Uint8Array(0);
  const collections: CollectionHashedRwset[] = [];
  readFields(bytes, (field, value) => {
    if (field === 1) namespace = asText(value);
    if (field === 2) kv = asBytes(value) as Uint8Array<ArrayBuffer>;
    if (field === 3) collections.push(decodeCollectionHashed(asBytes(value), count));
  });
  const reads: KeyRead[] = [];
  const rangeQueries: RangeQuery[] = [];
  const writes: KeyWrite[] = [];
  const metadataWrites: MetadataWrite[] = [];
  readFields(kv, (field, value) => {
    if (field === 1) reads.push(decodeRead(asBytes(value), count));
    if (field === 2) rangeQueries.push(decodeRangeQuery(asBytes(value), count));
    if (field === 3) writes.push(decodeWrite(asBytes(value), count));
    if (field === 4) metadataWrites.push(decodeMetadataWrite(asBytes(value), count));
  });
  return { namespace, reads, rangeQueries, writes, metadataWrites, collections };
}

function decodeCollectionHashed(bytes: Uint8Array, count: Count): CollectionHashedRwset {
  count();
  let collection = '';
  let hashed = new Uint8Array(0);
  let privateRwsetHash = new Uint8Array(0);
  readFields(bytes, (field, value) => {
    if (field === 1) collection = asText(value);
    if (field === 2) hashed = asBytes(value) as Uint8Array<ArrayBuffer>;
    if (field === 3) privateRwsetHash = asBytes(value) as Uint8Array<ArrayBuffer>;
  });
  const reads: { keyHash: Uint8Array; version: Version | undefined }[] = [];
  const writes: HashedWrite[] = [];
  const metadataWrites: { keyHash: Uint8Array; entries: MetadataEntry[] }[] = [];
  readFields(hashed, (field, value) => {
    if (field === 1) reads.push(decodeHashedRead(asBytes(value), count));
    if (field === 2) writes.push(decodeHashedWrite(asBytes(value), count));
    if (field === 3) {
      count();
      const one = { keyHash: new Uint8Array(0) as Uint8Array, entries: [] as MetadataEntry[] };
      readFields(asBytes(value), (inner, item) => {
        if (inner === 1) one.keyHash = asBytes(item);
        if (inner === 2) one.entries.push(decodeEntry(asBytes(item), count));
      });
      metadataWrites.push(one);
    }
  });
  return { collection, reads, writes, metadataWrites, privateRwsetHash };
}

function decodeCollectionPlain(bytes: Uint8Array, count: Count): CollectionPrivateRwset {
  count();
  const one = { collection: '', rwset: new Uint8Array(0) as Uint8Array };
  readFields(bytes, (field, value) => {
    if (field === 1) one.collection = asText(value);
    if (field === 2) one.rwset = asBytes(value);
  });
  return one;
}

function decodeHashedRead(bytes: Uint8Array, count: Count): { keyHash: Uint8Array; version: Version | undefined } {
  count();
  const one: { keyHash: Uint8Array; version: Version | undefined } = { keyHash: new Uint8Array(0), version: undefined };
  readFields(bytes, (field, value) => {
    if (field === 1) one.keyHash = asBytes(value);
    if (field === 2) one.version = mergedVersion(one.version, value);
  });
  return one;
}

function decodeHashedWrite(bytes: Uint8Array, count: Count): HashedWrite {
  count();
  const one = { keyHash: new Uint8Array(0) as Uint8Array, isDelete: false, isPurge: false, valueHash: new Uint8Array(0) as Uint8Array };
  readFields(bytes, (field, value) => {
    if (field === 1) one.keyHash = asBytes(value);
    if (field === 2) one.isDelete = asBool(value);
    if (field === 3) one.valueHash = asBytes(value);
    if (field === 4) one.isPurge = asBool(value);
  });
  return one;
}

function decodeRead(bytes: Uint8Array, count: Count): KeyRead {
  count();
  const one: { key: string; version: Version | undefined } = { key: '', version: undefined };
  readFields(bytes, (field, value) => {
    if (field === 1) one.key = asText(value);
    if (field === 2) one.version = mergedVersion(one.version, value);
  });
  return one;
}

function mergedVersion(before: Version | undefined, value: WireValue): Version {
  const one = { block: before?.block ?? 0, transaction: before?.transaction ?? 0 };
  readFields(asBytes(value), (field, item) => {
    if (field === 1) one.block = asUint(item);
    if (field === 2) one.transaction = asUint(item);
  });
  return one;
}

function decodeWrite(bytes: Uint8Array, count: Count): KeyWrite {
  count();
  const one = { key: '', isDelete: false, value: new Uint8Array(0) as Uint8Array };
  readFields(bytes, (field, value) => {
    if (field === 1) one.key = asText(value);
    if (field === 2) one.isDelete = asBool(value);
    if (field === 3) one.value = asBytes(value);
  });
  return one;
}

function decodeMetadataWrite(bytes: Uint8Array, count: Count): MetadataWrite {
  count();
  const one = { key: '', entries: [] as MetadataEntry[] };
  readFields(bytes, (field, value) => {
    if (field === 1) one.key = asText(value);
    if (field === 2) one.entries.push(decodeEntry(asBytes(value), count));
  });
  return one;
}

function decodeEntry(bytes: Uint8Array, count: Count): MetadataEntry {
  count();
  const one = { name: '', value: new Uint8Array(0) as Uint8Array };
  readFields(bytes, (field, value) => {
    if (field === 1) one.name = asText(value);
    if (field === 2) one.value = asBytes(value);
  });
  return one;
}

function decodeRangeQuery(bytes: Uint8Array, count: Count): RangeQuery {
  count();
  const one = { start: '', end: '', isExhausted: false };
  // A list that grows, not a new one for each piece: a hostile one comes in thousands.
  let reads: KeyRead[] = [];
  let summary: { kind: 'hashes'; maxDegree: number; maxLevel: number; hashes: Uint8Array[] } | undefined;
  readFields(bytes, (field, value) => {
    if (field === 1) one.start = asText(value);
    if (field === 2) one.end = asText(value);
    if (field === 3) one.isExhausted = asBool(value);
    if (field === 4) {
      summary = undefined;
      readFields(asBytes(value), (inner, item) => {
        if (inner === 1) reads.push(decodeRead(asBytes(item), count));
      });
    }
    if (field === 5) {
      reads = [];
      const merged = (summary ??= { kind: 'hashes', maxDegree: 0, maxLevel: 0, hashes: [] });
      readFields(asBytes(value), (inner, item) => {
        if (inner === 1) merged.maxDegree = asUint32(item);
        if (inner === 2) merged.maxLevel = asUint32(item);
        if (inner === 3) {
          count();
          merged.hashes.push(asBytes(item));
        }
      });
    }
  });
  const results: RangeResults = summary ?? { kind: 'reads', reads };
  // Go's peer cannot build such a tree at all (newMerkleTree in rwsetutil/query_results_helper.go) and would stop.
  if (results.kind === 'hashes' && results.maxDegree < 2) throw malformed('the tree over the results of a range query has a degree below 2');
  return { ...one, results };
}
