import { ByteReader, ByteWriter } from '../../../core/codec';

/** Block and place in it of the transaction that wrote a key last. Fabric has uint64 for both; here safe integers. */
export interface Version {
  readonly block: number;
  readonly transaction: number;
}

/** A key's value with what Fabric keeps beside it. */
export interface VersionedValue {
  readonly version: Version;
  readonly value: Uint8Array;
  /** Serialised entries, {@link encodeMetadata}; empty when there are none. */
  readonly metadata: Uint8Array;
}

export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.block === b.block && a.transaction === b.transaction;
}

export function encodeVersioned({ version, value, metadata }: VersionedValue): Uint8Array {
  return new ByteWriter(14 + metadata.length + value.length).u48(version.block).u32(version.transaction).bytes(metadata).raw(value).finish();
}

/** Value and metadata are views of the bytes, not copies. */
export function decodeVersioned(bytes: Uint8Array): VersionedValue {
  const reader = new ByteReader(bytes);
  const version = { block: reader.u48(), transaction: reader.u32() };
  const metadata = reader.bytes(bytes.length);
  return { version, metadata, value: reader.raw(reader.remaining) };
}

/** The version alone, without looking at the rest. */
export function decodeVersion(bytes: Uint8Array): Version {
  const reader = new ByteReader(bytes);
  return { block: reader.u48(), transaction: reader.u32() };
}
