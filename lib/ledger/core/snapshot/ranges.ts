import { ByteReader, ByteWriter, CodecError } from '../codec';
import { sha256 } from '../crypto';
import { verifyMerkleProof, type MerkleProof } from '../merkle';
import { STATE_KEY_BYTES_MAX, type StateEntry } from '../storage';
import type { SnapshotFacts } from '../consensus/statements';

/** A range ends with the entry that brings its keys and values to so many bytes: all replicas cut alike. */
export const RANGE_BYTES = 256 * 1024;
/** A state with a larger value has no snapshot. */
export const VALUE_BYTES_MAX = 16 * 1024 * 1024;
/** 16 GiB of state in ranges of usual size. */
export const RANGES_MAX = 65_536;
/** Largest range as it is sent. */
export const RANGE_MESSAGE_BYTES_MAX = VALUE_BYTES_MAX + 2 * 1024 * 1024;
const SIBLINGS_MAX = 16;
const FORMAT = 1;

/** What stands for a range of the state in the state's hash. */
export interface RangeDescription {
  readonly firstKey: Uint8Array;
  readonly entries: number;
  /** Of keys and values. */
  readonly bytes: number;
  /** SHA-256 over the entries, each with its lengths. */
  readonly hash: Uint8Array;
}

export function sizeOfEntry({ key, value }: StateEntry): number {
  return key.length + value.length;
}

/** Describes the entries of a range; at least one. */
export function describeRange(entries: readonly StateEntry[]): RangeDescription {
  const [first] = entries;
  if (first === undefined) throw new RangeError('a range has entries');
  return { firstKey: first.key, entries: entries.length, bytes: entries.reduce((sum, entry) => sum + sizeOfEntry(entry), 0), hash: sha256(writeEntries(new ByteWriter(RANGE_BYTES).string('chainworks/range/1'), entries).finish()) };
}

/** The leaf of a range under the state's hash. */
export function leafOfRange({ firstKey, entries, bytes, hash }: RangeDescription): Uint8Array {
  return new ByteWriter(firstKey.length + 64).bytes(firstKey).u32(entries).u48(bytes).raw(hash).finish();
}

/** A range as peers send it: its entries, and the path from it to the state's hash. */
export function encodeRange(entries: readonly StateEntry[], { siblings }: Pick<MerkleProof, 'siblings'>): Uint8Array {
  const writer = new ByteWriter(RANGE_BYTES + 1_024).u8(FORMAT);
  writer.list(siblings, (sibling) => writer.raw(sibling));
  return writeEntries(writer, entries).finish();
}

/** Throws CodecError unless the bytes are one range of any state, within the limits, its keys in order. */
export function decodeRange(bytes: Uint8Array): { readonly entries: readonly StateEntry[]; readonly siblings: readonly Uint8Array[] } {
  if (bytes.length > RANGE_MESSAGE_BYTES_MAX) throw new CodecError(`a range of ${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const format = reader.u8();
  if (format !== FORMAT) throw new CodecError(`a range of format ${format}, this program reads ${FORMAT}`);
  const siblings = reader.list(SIBLINGS_MAX, () => reader.raw(32));
  const entries = reader.list(RANGE_BYTES, (): StateEntry => ({ key: reader.bytes(STATE_KEY_BYTES_MAX), value: reader.bytes(VALUE_BYTES_MAX) }));
  reader.end();
  let size = 0;
  entries.forEach((entry, at) => {
    const before = entries[at - 1];
    if (entry.key.length === 0 || entry.value.length === 0) throw new CodecError('an entry of a state has a key and a value');
    if (before !== undefined && Buffer.compare(before.key, entry.key) >= 0) throw new CodecError('the keys of a range ascend');
    if (size >= RANGE_BYTES) throw new CodecError('a range goes on after its end');
    size += sizeOfEntry(entry);
  });
  return { entries, siblings };
}

/** The entries of range number `index` of the state that the facts name. Throws CodecError when the bytes are anything else. */
export function checkRange(facts: Pick<SnapshotFacts, 'stateHash' | 'ranges'>, index: number, bytes: Uint8Array): readonly StateEntry[] {
  const { entries, siblings } = decodeRange(bytes);
  if (entries.length === 0) throw new CodecError('a range without entries');
  if (!verifyMerkleProof(facts.stateHash, leafOfRange(describeRange(entries)), { index, count: facts.ranges, siblings })) throw new CodecError(`not range ${index} of the certified state`);
  return entries;
}

function writeEntries(writer: ByteWriter, entries: readonly StateEntry[]): ByteWriter {
  return writer.list(entries, ({ key, value }) => writer.bytes(key).bytes(value));
}
