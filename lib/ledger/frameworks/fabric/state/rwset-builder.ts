import { sha256 } from '../../../core/crypto';
import { encodePrivateRwset, encodePrivateWrites, encodeRwset } from './encode-rwset';
import { RWSET_BYTES_MAX, RWSET_ITEMS_MAX, SIMULATION_WRITE_BYTES_MAX } from './limits';
import { byUtf8 } from './utf8-order';
import type { CollectionHashedRwset, CollectionPrivateRwset, HashedWrite, KeyRead, KeyWrite, MetadataEntry, MetadataWrite, RangeQuery } from './rwset';
import { keyHashOf } from './state-keys';
import { FabricStateError } from './state-error';
import type { Version } from './versioned-value';

const NOTHING = new Uint8Array(0);

interface PublicPart {
  readonly reads: Map<string, KeyRead>;
  readonly writes: Map<string, KeyWrite>;
  readonly metadataWrites: Map<string, MetadataWrite>;
  readonly rangeQueries: Map<string, RangeQuery>;
  readonly collections: Map<string, HashedPart>;
}

interface HashedPart {
  readonly reads: Map<string, { keyHash: Uint8Array; version: Version | undefined }>;
  readonly writes: Map<string, HashedWrite>;
  readonly metadataWrites: Map<string, { keyHash: Uint8Array; entries: readonly MetadataEntry[] }>;
}

interface PlainPart {
  readonly writes: Map<string, KeyWrite>;
  readonly metadataKeys: Set<string>;
}

/**
 * Collects what one transaction reads and writes, and serialises it as kvledger/txmgmt/rwsetutil/rwset_builder.go: all
 * lists by the UTF-8 bytes of their keys (hashed ones by the keys too, not by the hashes), range queries in the order in
 * which they began. The last read and the last write of a key count. Throws `limit-reached`.
 */
export class RwsetBuilder {
  readonly #public = new Map<string, PublicPart>();
  readonly #private = new Map<string, Map<string, PlainPart>>();
  #items = 0;
  #writtenBytes = 0;

  read(namespace: string, key: string, version: Version | undefined): void {
    this.#count(1, 0);
    this.#part(namespace).reads.set(key, { key, version });
  }

  /** An empty value deletes, as newKVWrite in rwset_proto_util.go has it. */
  write(namespace: string, key: string, value: Uint8Array): void {
    this.#count(1, key.length + value.length);
    this.#part(namespace).writes.set(key, { key, isDelete: value.length === 0, value });
  }

  /** Replaces all metadata of the key; none at all removes it. */
  writeMetadata(namespace: string, key: string, metadata: ReadonlyMap<string, Uint8Array>): void {
    this.#count(1 + metadata.size, key.length + bytesOf(metadata));
    this.#part(namespace).metadataWrites.set(key, { key, entries: sortedEntries(metadata) });
  }

  /** A second query with the same bounds and end is the first once more. */
  rangeQuery(namespace: string, query: RangeQuery): void {
    const { rangeQueries } = this.#part(namespace);
    const name = JSON.stringify([query.start, query.end, query.isExhausted]);
    if (rangeQueries.has(name)) return;
    this.#count(1 + (query.results.kind === 'reads' ? query.results.reads.length : query.results.hashes.length), 0);
    rangeQueries.set(name, query);
  }

  readHashed(namespace: string, collection: string, key: string, version: Version | undefined): void {
    this.#count(1, 0);
    this.#hashedPart(namespace, collection).reads.set(key, { keyHash: keyHashOf(key), version });
  }

  /** An empty value deletes. `isPurge`: the value's past goes too. */
  writePrivate(namespace: string, collection: string, key: string, value: Uint8Array, isPurge = false): void {
    this.#count(2, key.length + value.length);
    const isDelete = value.length === 0;
    this.#plainPart(namespace, collection).writes.set(key, { key, isDelete, value });
    const hashed = { keyHash: keyHashOf(key), isDelete, isPurge, valueHash: isDelete ? NOTHING : sha256(value) };
    this.#hashedPart(namespace, collection).writes.set(key, hashed);
  }

  /** The plaintext only names the key, so that its version follows the hash's. */
  writePrivateMetadata(namespace: string, collection: string, key: string, metadata: ReadonlyMap<string, Uint8Array>): void {
    this.#count(2 + metadata.size, key.length + bytesOf(metadata));
    this.#plainPart(namespace, collection).metadataKeys.add(key);
    this.#hashedPart(namespace, collection).metadataWrites.set(key, { keyHash: keyHashOf(key), entries: sortedEntries(metadata) });
  }

  /** Bytes of rwset.TxReadWriteSet, and of rwset.TxPvtReadWriteSet when something private was written. */
  finish(): { readonly rwset: Uint8Array; readonly privateRwset: Uint8Array | undefined } {
    const plain = sorted(this.#private).map(([namespace, collections]) => ({
      namespace,
      collections: sorted(collections).map(([collection, part]): CollectionPrivateRwset => {
        return { collection, rwset: encodePrivateWrites({ writes: sortedValues(part.writes), metadataKeys: [...part.metadataKeys].sort(byUtf8) }) };
      }),
    }));
    const plainHash = (namespace: string, collection: string): Uint8Array => {
      const one = plain.find((part) => part.namespace === namespace)?.collections.find((part) => part.collection === collection);
      return one === undefined ? NOTHING : sha256(one.rwset);
    };
    const namespaces = sorted(this.#public).map(([namespace, part]) => ({
      namespace,
      reads: sortedValues(part.reads),
      rangeQueries: [...part.rangeQueries.values()],
      writes: sortedValues(part.writes),
      metadataWrites: sortedValues(part.metadataWrites),
      collections: sorted(part.collections).map(([collection, hashed]): CollectionHashedRwset => ({
        collection,
        reads: sortedValues(hashed.reads),
        writes: sortedValues(hashed.writes),
        metadataWrites: sortedValues(hashed.metadataWrites),
        privateRwsetHash: plainHash(namespace, collection),
      })),
    }));
    const rwset = encodeRwset({ namespaces });
    if (rwset.length > RWSET_BYTES_MAX) {
      throw new FabricStateError('limit-reached', `the read-write set has ${rwset.length} bytes, at most ${RWSET_BYTES_MAX} are possible: read or write less in one transaction`);
    }
    return { rwset, privateRwset: plain.length === 0 ? undefined : encodePrivateRwset({ namespaces: plain }) };
  }

  #count(items: number, writtenBytes: number): void {
    this.#items += items;
    this.#writtenBytes += writtenBytes;
    if (this.#items > RWSET_ITEMS_MAX) {
      throw new FabricStateError('limit-reached', `the transaction reads and writes more than ${RWSET_ITEMS_MAX} keys: split it`);
    }
    if (this.#writtenBytes > SIMULATION_WRITE_BYTES_MAX) {
      throw new FabricStateError('limit-reached', `the transaction writes more than ${SIMULATION_WRITE_BYTES_MAX} bytes: split it`);
    }
  }

  #part(namespace: string): PublicPart {
    return ensured(this.#public, namespace, () => ({ reads: new Map(), writes: new Map(), metadataWrites: new Map(), rangeQueries: new Map(), collections: new Map() }));
  }

  #hashedPart(namespace: string, collection: string): HashedPart {
    return ensured(this.#part(namespace).collections, collection, () => ({ reads: new Map(), writes: new Map(), metadataWrites: new Map() }));
  }

  #plainPart(namespace: string, collection: string): PlainPart {
    const collections = ensured(this.#private, namespace, () => new Map<string, PlainPart>());
    return ensured(collections, collection, () => ({ writes: new Map(), metadataKeys: new Set() }));
  }
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => byUtf8(a, b));
}

function sortedValues<V>(map: ReadonlyMap<string, V>): V[] {
  return sorted(map).map(([, value]) => value);
}

function sortedEntries(metadata: ReadonlyMap<string, Uint8Array>): MetadataEntry[] {
  return sorted(metadata).map(([name, value]) => ({ name, value }));
}

function bytesOf(metadata: ReadonlyMap<string, Uint8Array>): number {
  let bytes = 0;
  for (const [name, value] of metadata) bytes += name.length + value.length;
  return bytes;
}

function ensured<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
