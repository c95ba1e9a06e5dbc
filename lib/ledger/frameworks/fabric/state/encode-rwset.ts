import { FieldWriter } from '@/lib/platform/pure/wire';
import type { CollectionHashedRwset, KeyRead, KeyWrite, MetadataEntry, NamespaceRwset, PrivateWrites, RangeQuery, TxPrivateRwset, TxRwset } from './rwset';
import type { Version } from './versioned-value';

/** Bytes of rwset.TxReadWriteSet (data model KV), as rwsetutil/rwset_proto_util.go serialises it. */
export function encodeRwset(rwset: TxRwset): Uint8Array {
  return new FieldWriter().items(2, rwset.namespaces, encodeNamespace).finish();
}

/** Bytes of rwset.TxPvtReadWriteSet. */
export function encodePrivateRwset(rwset: TxPrivateRwset): Uint8Array {
  return new FieldWriter()
    .items(2, rwset.namespaces, ({ namespace, collections }) =>
      new FieldWriter()
        .text(1, namespace)
        .items(2, collections, (one) => new FieldWriter().text(1, one.collection).bytes(2, one.rwset).finish())
        .finish(),
    )
    .finish();
}

/** Bytes of the kvrwset.KVRWSet of one collection's plaintext. */
export function encodePrivateWrites({ writes, metadataKeys }: PrivateWrites): Uint8Array {
  return new FieldWriter()
    .items(3, writes, encodeWrite)
    .items(4, metadataKeys, (key) => new FieldWriter().text(1, key).finish())
    .finish();
}

/** Entries as Fabric keeps them beside a value: a kvrwset.KVMetadataWrite without its key (statemetadata/metadata.go). */
export function encodeMetadata(entries: readonly MetadataEntry[]): Uint8Array {
  return new FieldWriter().items(2, entries, encodeEntry).finish();
}

/** Bytes of kvrwset.QueryReads: what a leaf of the tree over a range's results hashes. */
export function encodeReads(reads: readonly KeyRead[]): Uint8Array {
  return new FieldWriter().items(1, reads, encodeRead).finish();
}

function encodeNamespace({ namespace, reads, rangeQueries, writes, metadataWrites, collections }: NamespaceRwset): Uint8Array {
  const kv = new FieldWriter()
    .items(1, reads, encodeRead)
    .items(2, rangeQueries, encodeRangeQuery)
    .items(3, writes, encodeWrite)
    .items(4, metadataWrites, ({ key, entries }) => new FieldWriter().text(1, key).items(2, entries, encodeEntry).finish())
    .finish();
  return new FieldWriter().text(1, namespace).bytes(2, kv).items(3, collections, encodeCollection).finish();
}

function encodeCollection({ collection, reads, writes, metadataWrites, privateRwsetHash }: CollectionHashedRwset): Uint8Array {
  const hashed = new FieldWriter()
    .items(1, reads, ({ keyHash, version }) => withVersion(new FieldWriter().bytes(1, keyHash), version))
    .items(2, writes, ({ keyHash, isDelete, valueHash, isPurge }) =>
      new FieldWriter().bytes(1, keyHash).bool(2, isDelete).bytes(3, valueHash).bool(4, isPurge).finish(),
    )
    .items(3, metadataWrites, ({ keyHash, entries }) => new FieldWriter().bytes(1, keyHash).items(2, entries, encodeEntry).finish())
    .finish();
  return new FieldWriter().text(1, collection).bytes(2, hashed).bytes(3, privateRwsetHash).finish();
}

function encodeRangeQuery({ start, end, isExhausted, results }: RangeQuery): Uint8Array {
  const writer = new FieldWriter().text(1, start).text(2, end).bool(3, isExhausted);
  if (results.kind === 'hashes') {
    const summary = new FieldWriter().int(1, results.maxDegree).int(2, results.maxLevel).items(3, results.hashes, (hash) => hash);
    return writer.item(5, summary.finish()).finish();
  }
  // No result at all leaves the field out, as Go leaves a nil slice.
  return results.reads.length === 0 ? writer.finish() : writer.item(4, encodeReads(results.reads)).finish();
}

function encodeRead({ key, version }: KeyRead): Uint8Array {
  return withVersion(new FieldWriter().text(1, key), version);
}

function withVersion(writer: FieldWriter, version: Version | undefined): Uint8Array {
  if (version !== undefined) writer.item(2, new FieldWriter().int(1, version.block).int(2, version.transaction).finish());
  return writer.finish();
}

function encodeWrite({ key, isDelete, value }: KeyWrite): Uint8Array {
  return new FieldWriter().text(1, key).bool(2, isDelete).bytes(3, value).finish();
}

function encodeEntry({ name, value }: MetadataEntry): Uint8Array {
  return new FieldWriter().text(1, name).bytes(2, value).finish();
}
