import { bytesEqual } from '@/lib/platform/pure/bytes';
import { sha256 } from '../../../core/crypto';
import type { Version } from './versioned-value';

/**
 * What a transaction read and would write, as `fabric-protos/ledger/rwset` has it. Absent versions: the key was not there.
 * The parts keep their order, which is that of the bytes.
 */
export interface TxRwset {
  readonly namespaces: readonly NamespaceRwset[];
}

export interface NamespaceRwset {
  readonly namespace: string;
  readonly reads: readonly KeyRead[];
  readonly rangeQueries: readonly RangeQuery[];
  readonly writes: readonly KeyWrite[];
  readonly metadataWrites: readonly MetadataWrite[];
  readonly collections: readonly CollectionHashedRwset[];
}

export interface KeyRead {
  readonly key: string;
  readonly version: Version | undefined;
}

export interface KeyWrite {
  readonly key: string;
  readonly isDelete: boolean;
  readonly value: Uint8Array;
}

/** No entries: the metadata goes. */
export interface MetadataWrite {
  readonly key: string;
  readonly entries: readonly MetadataEntry[];
}

export interface MetadataEntry {
  readonly name: string;
  readonly value: Uint8Array;
}

export interface RangeQuery {
  readonly start: string;
  /** What the caller asked for when it saw the end; the last key that it saw otherwise, which then belongs to the range. */
  readonly end: string;
  readonly isExhausted: boolean;
  readonly results: RangeResults;
}

/** What a range query brought: the reads themselves, or when they are many the top of a hash tree over them. */
export type RangeResults =
  | { readonly kind: 'reads'; readonly reads: readonly KeyRead[] }
  | { readonly kind: 'hashes'; readonly maxDegree: number; readonly maxLevel: number; readonly hashes: readonly Uint8Array[] };

export interface CollectionHashedRwset {
  readonly collection: string;
  readonly reads: readonly { readonly keyHash: Uint8Array; readonly version: Version | undefined }[];
  readonly writes: readonly HashedWrite[];
  readonly metadataWrites: readonly { readonly keyHash: Uint8Array; readonly entries: readonly MetadataEntry[] }[];
  /** SHA-256 of the private write set's bytes; empty when the transaction only read. */
  readonly privateRwsetHash: Uint8Array;
}

export interface HashedWrite {
  readonly keyHash: Uint8Array;
  readonly isDelete: boolean;
  readonly isPurge: boolean;
  readonly valueHash: Uint8Array;
}

/** The plaintext beside a {@link TxRwset}: what members of the collections get. */
export interface TxPrivateRwset {
  readonly namespaces: readonly { readonly namespace: string; readonly collections: readonly CollectionPrivateRwset[] }[];
}

export interface CollectionPrivateRwset {
  readonly collection: string;
  /** Exactly the bytes that `privateRwsetHash` is over; {@link decodePrivateWrites} reads them. */
  readonly rwset: Uint8Array;
}

/** What is inside {@link CollectionPrivateRwset}. Metadata writes only name the keys whose version moves. */
export interface PrivateWrites {
  readonly writes: readonly KeyWrite[];
  readonly metadataKeys: readonly string[];
}

/** An empty value deletes too, whatever the flag says (IsKVWriteDelete in rwsetutil/rwset_proto_util.go). */
export function isDeleting(write: KeyWrite): boolean {
  return write.isDelete || write.value.length === 0;
}

const EMPTY_HASH = sha256(new Uint8Array(0));

/** As {@link isDeleting}: no hash, or that of an empty value (IsKVWriteHashDelete). */
export function isDeletingHash({ isDelete, valueHash }: HashedWrite): boolean {
  return isDelete || valueHash.length === 0 || bytesEqual(valueHash, EMPTY_HASH);
}
