import { ledger } from '@hyperledger/fabric-protos';
import type { CollectionHashedRwset, KeyRead, KeyWrite, MetadataEntry, NamespaceRwset, RangeQuery, TxRwset } from '../rwset';
import type { Version } from '../versioned-value';

const { rwset: outer } = ledger;
const { kvrwset: inner } = ledger.rwset;

/** A read-write set through the official classes, so that ours is compared with somebody else's encoding. */
export function toProto({ namespaces }: TxRwset): Uint8Array {
  const message = new outer.TxReadWriteSet();
  message.setDataModel(outer.TxReadWriteSet.DataModel.KV);
  message.setNsRwsetList(namespaces.map(namespaceOf));
  return message.serializeBinary();
}

export function kvOf(parts: { reads?: readonly KeyRead[]; rangeQueries?: readonly RangeQuery[]; writes?: readonly KeyWrite[]; metadataWrites?: readonly { key: string; entries: readonly MetadataEntry[] }[] }): Uint8Array {
  const kv = new inner.KVRWSet();
  kv.setReadsList((parts.reads ?? []).map(readOf));
  kv.setRangeQueriesInfoList((parts.rangeQueries ?? []).map(rangeOf));
  kv.setWritesList((parts.writes ?? []).map(writeOf));
  kv.setMetadataWritesList(
    (parts.metadataWrites ?? []).map(({ key, entries }) => {
      const one = new inner.KVMetadataWrite();
      one.setKey(key);
      one.setEntriesList(entries.map(entryOf));
      return one;
    }),
  );
  return kv.serializeBinary();
}

function namespaceOf(part: NamespaceRwset) {
  const message = new outer.NsReadWriteSet();
  message.setNamespace(part.namespace);
  message.setRwset(kvOf(part));
  message.setCollectionHashedRwsetList(part.collections.map(collectionOf));
  return message;
}

function collectionOf({ collection, reads, writes, metadataWrites, privateRwsetHash }: CollectionHashedRwset) {
  const hashed = new inner.HashedRWSet();
  hashed.setHashedReadsList(
    reads.map(({ keyHash, version }) => {
      const one = new inner.KVReadHash();
      one.setKeyHash(keyHash);
      one.setVersion(versionOf(version));
      return one;
    }),
  );
  hashed.setHashedWritesList(
    writes.map(({ keyHash, isDelete, isPurge, valueHash }) => {
      const one = new inner.KVWriteHash();
      one.setKeyHash(keyHash);
      one.setIsDelete(isDelete);
      one.setIsPurge(isPurge);
      one.setValueHash(valueHash);
      return one;
    }),
  );
  hashed.setMetadataWritesList(
    metadataWrites.map(({ keyHash, entries }) => {
      const one = new inner.KVMetadataWriteHash();
      one.setKeyHash(keyHash);
      one.setEntriesList(entries.map(entryOf));
      return one;
    }),
  );
  const message = new outer.CollectionHashedReadWriteSet();
  message.setCollectionName(collection);
  message.setHashedRwset(hashed.serializeBinary());
  message.setPvtRwsetHash(privateRwsetHash);
  return message;
}

function rangeOf({ start, end, isExhausted, results }: RangeQuery) {
  const message = new inner.RangeQueryInfo();
  message.setStartKey(start);
  message.setEndKey(end);
  message.setItrExhausted(isExhausted);
  if (results.kind === 'hashes') {
    const summary = new inner.QueryReadsMerkleSummary();
    summary.setMaxDegree(results.maxDegree);
    summary.setMaxLevel(results.maxLevel);
    summary.setMaxLevelHashesList([...results.hashes]);
    message.setReadsMerkleHashes(summary);
  } else if (results.reads.length > 0) {
    const reads = new inner.QueryReads();
    reads.setKvReadsList(results.reads.map(readOf));
    message.setRawReads(reads);
  }
  return message;
}

function readOf({ key, version }: KeyRead) {
  const one = new inner.KVRead();
  one.setKey(key);
  one.setVersion(versionOf(version));
  return one;
}

function writeOf({ key, isDelete, value }: KeyWrite) {
  const one = new inner.KVWrite();
  one.setKey(key);
  one.setIsDelete(isDelete);
  one.setValue(value);
  return one;
}

function entryOf({ name, value }: MetadataEntry) {
  const one = new inner.KVMetadataEntry();
  one.setName(name);
  one.setValue(value);
  return one;
}

function versionOf(version: Version | undefined) {
  if (version === undefined) return undefined;
  const one = new inner.Version();
  one.setBlockNum(version.block);
  one.setTxNum(version.transaction);
  return one;
}
