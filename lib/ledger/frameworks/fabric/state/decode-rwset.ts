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
import { asText, asUint, asUint32, malformed, readFields } from './wire';

/**
 * Reads rwset.TxReadWriteSet as Go's proto.Unmarshal does: unknown fields are skipped, of a field that may stand once the
 * last one counts, and messages that stand more than once are read as one. Byte values are views, not copies.
 * Throws `rwset-malformed`; Fabric's code for it is BAD_RWSET (plugindispatcher/dispatcher.go).
 */
export function decodeRwset(bytes: Uint8Array): TxRwset {
  return limited(bytes, (count) => {
    const namespaces: NamespaceRwset[] = [];
    readFields(bytes, { onBytes: (field, value) => void (field === 2 && namespaces.push(decodeNamespace(value, count))) });
    return { namespaces };
  });
}

/** Reads rwset.TxPvtReadWriteSet; the plaintext inside is looked at by {@link decodePrivateWrites}. */
export function decodePrivateRwset(bytes: Uint8Array): TxPrivateRwset {
  return limited(bytes, (count) => {
    const namespaces: TxPrivateRwset['namespaces'][number][] = [];
    readFields(bytes, { onBytes: (field, value) => void (field === 2 && namespaces.push(decodeNamespacePlain(value, count))) });
    return { namespaces };
  });
}

/** Reads the kvrwset.KVRWSet of one collection's plaintext. Reads and range queries have no place in it and are skipped. */
export function decodePrivateWrites(bytes: Uint8Array): PrivateWrites {
  return limited(bytes, (count) => {
    const writes: KeyWrite[] = [];
    const metadataKeys: string[] = [];
    readFields(bytes, {
      onBytes: (field, value) => {
        if (field === 3) writes.push(decodeWrite(value, count));
        if (field === 4) metadataKeys.push(decodeMetadataWrite(value, count).key);
      },
    });
    return { writes, metadataKeys };
  });
}

/** Reads what {@link encodeMetadata} wrote; of entries with one name the last counts. No bytes: no metadata. */
export function decodeMetadata(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const { entries } = limited(bytes, (count) => decodeMetadataWrite(bytes, count));
  return new Map(entries.map(({ name, value }) => [name, value]));
}

const NOTHING: Uint8Array = new Uint8Array(0);

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
  let kv = NOTHING;
  const collections: CollectionHashedRwset[] = [];
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) namespace = asText(value);
      if (field === 2) kv = value;
      if (field === 3) collections.push(decodeCollectionHashed(value, count));
    },
  });
  const reads: KeyRead[] = [];
  const rangeQueries: RangeQuery[] = [];
  const writes: KeyWrite[] = [];
  const metadataWrites: MetadataWrite[] = [];
  readFields(kv, {
    onBytes: (field, value) => {
      if (field === 1) reads.push(decodeRead(value, count));
      if (field === 2) rangeQueries.push(decodeRangeQuery(value, count));
      if (field === 3) writes.push(decodeWrite(value, count));
      if (field === 4) metadataWrites.push(decodeMetadataWrite(value, count));
    },
  });
  return { namespace, reads, rangeQueries, writes, metadataWrites, collections };
}

function decodeCollectionHashed(bytes: Uint8Array, count: Count): CollectionHashedRwset {
  count();
  let collection = '';
  let hashed = NOTHING;
  let privateRwsetHash = NOTHING;
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) collection = asText(value);
      if (field === 2) hashed = value;
      if (field === 3) privateRwsetHash = value;
    },
  });
  const reads: CollectionHashedRwset['reads'][number][] = [];
  const writes: HashedWrite[] = [];
  const metadataWrites: CollectionHashedRwset['metadataWrites'][number][] = [];
  readFields(hashed, {
    onBytes: (field, value) => {
      if (field === 1) reads.push(decodeHashedRead(value, count));
      if (field === 2) writes.push(decodeHashedWrite(value, count));
      if (field === 3) metadataWrites.push(decodeHashedMetadata(value, count));
    },
  });
  return { collection, reads, writes, metadataWrites, privateRwsetHash };
}

function decodeNamespacePlain(bytes: Uint8Array, count: Count): TxPrivateRwset['namespaces'][number] {
  count();
  let namespace = '';
  const collections: CollectionPrivateRwset[] = [];
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) namespace = asText(value);
      if (field === 2) collections.push(decodeCollectionPlain(value, count));
    },
  });
  return { namespace, collections };
}

function decodeCollectionPlain(bytes: Uint8Array, count: Count): CollectionPrivateRwset {
  count();
  let collection = '';
  let rwset = NOTHING;
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) collection = asText(value);
      if (field === 2) rwset = value;
    },
  });
  return { collection, rwset };
}

function decodeHashedRead(bytes: Uint8Array, count: Count): CollectionHashedRwset['reads'][number] {
  count();
  let keyHash = NOTHING;
  let version: Version | undefined;
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) keyHash = value;
      if (field === 2) version = mergedVersion(version, value);
    },
  });
  return { keyHash, version };
}

function decodeHashedWrite(bytes: Uint8Array, count: Count): HashedWrite {
  count();
  const one = { keyHash: NOTHING, isDelete: false, isPurge: false, valueHash: NOTHING };
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) one.keyHash = value;
      if (field === 3) one.valueHash = value;
    },
    onNumber: (field, value) => {
      if (field === 2) one.isDelete = value !== 0;
      if (field === 4) one.isPurge = value !== 0;
    },
  });
  return one;
}

function decodeHashedMetadata(bytes: Uint8Array, count: Count): CollectionHashedRwset['metadataWrites'][number] {
  count();
  let keyHash = NOTHING;
  const entries: MetadataEntry[] = [];
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) keyHash = value;
      if (field === 2) entries.push(decodeEntry(value, count));
    },
  });
  return { keyHash, entries };
}

function decodeRead(bytes: Uint8Array, count: Count): KeyRead {
  count();
  let key = '';
  let version: Version | undefined;
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) key = asText(value);
      if (field === 2) version = mergedVersion(version, value);
    },
  });
  return { key, version };
}

function mergedVersion(before: Version | undefined, bytes: Uint8Array): Version {
  const one = { block: before?.block ?? 0, transaction: before?.transaction ?? 0 };
  readFields(bytes, {
    onBytes: () => undefined,
    onNumber: (field, value) => {
      if (field === 1) one.block = asUint(value);
      if (field === 2) one.transaction = asUint(value);
    },
  });
  return one;
}

function decodeWrite(bytes: Uint8Array, count: Count): KeyWrite {
  count();
  const one = { key: '', isDelete: false, value: NOTHING };
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) one.key = asText(value);
      if (field === 3) one.value = value;
    },
    onNumber: (field, value) => {
      if (field === 2) one.isDelete = value !== 0;
    },
  });
  return one;
}

function decodeMetadataWrite(bytes: Uint8Array, count: Count): MetadataWrite {
  count();
  let key = '';
  const entries: MetadataEntry[] = [];
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) key = asText(value);
      if (field === 2) entries.push(decodeEntry(value, count));
    },
  });
  return { key, entries };
}

function decodeEntry(bytes: Uint8Array, count: Count): MetadataEntry {
  count();
  const one = { name: '', value: NOTHING };
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) one.name = asText(value);
      if (field === 2) one.value = value;
    },
  });
  return one;
}

/** Of the two kinds of results the one that stands last counts, merged of all its pieces since. */
function decodeRangeQuery(bytes: Uint8Array, count: Count): RangeQuery {
  count();
  const one = { start: '', end: '', isExhausted: false };
  // Lists that grow, not new ones for each piece: a hostile message comes in thousands.
  let reads: KeyRead[] = [];
  let summary: Summary | undefined;
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field === 1) one.start = asText(value);
      if (field === 2) one.end = asText(value);
      if (field === 4) {
        summary = undefined;
        readFields(value, { onBytes: (inner, item) => void (inner === 1 && reads.push(decodeRead(item, count))) });
      }
      if (field === 5) {
        reads = [];
        summary ??= { kind: 'hashes', maxDegree: 0, maxLevel: 0, hashes: [] };
        mergeSummary(summary, value, count);
      }
    },
    onNumber: (field, value) => {
      if (field === 3) one.isExhausted = value !== 0;
    },
  });
  const results: RangeResults = summary ?? { kind: 'reads', reads };
  // Go's peer cannot build such a tree at all (newMerkleTree in rwsetutil/query_results_helper.go) and would stop.
  if (results.kind === 'hashes' && results.maxDegree < 2) throw malformed('the tree over the results of a range query has a degree below 2');
  return { ...one, results };
}

interface Summary {
  readonly kind: 'hashes';
  maxDegree: number;
  maxLevel: number;
  readonly hashes: Uint8Array[];
}

function mergeSummary(summary: Summary, bytes: Uint8Array, count: Count): void {
  readFields(bytes, {
    onBytes: (field, value) => {
      if (field !== 3) return;
      count();
      summary.hashes.push(value);
    },
    onNumber: (field, value) => {
      if (field === 1) summary.maxDegree = asUint32(value);
      if (field === 2) summary.maxLevel = asUint32(value);
    },
  });
}
