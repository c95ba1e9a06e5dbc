import { ByteReader, ByteWriter } from '../../core/codec';
import type { StateEntry, StateRange, StateReader } from '../../core/storage';
import { chainId, type ChainId } from '../../core/types';
import type { FrameLocation } from './frame';
import { EMPTY_SUM, type IndexSum } from './index-sum';
import type { LogPosition } from './scan-log';

/** Keys and values of the index. One letter says what, then the chain's number (u32). */
const LETTERS = { position: 'P', chain: 'C', block: 'B', state: 'S', note: 'N', sweep: 'X' } as const;
const INDEX_FORMAT = 3;

export const positionKey: Uint8Array = Buffer.from(LETTERS.position, 'latin1');

export function indexKey(what: Exclude<keyof typeof LETTERS, 'position'>, chain: number, rest: Uint8Array = EMPTY): Uint8Array {
  return new ByteWriter(5 + rest.length).raw(Buffer.from(LETTERS[what], 'latin1')).u32(chain).raw(rest).finish();
}
const EMPTY = new Uint8Array(0);

/** The range of all chains' keys of one kind. */
export function allOf(what: keyof typeof LETTERS): { from: Uint8Array; to: Uint8Array } {
  const letter = LETTERS[what].charCodeAt(0);
  return { from: Uint8Array.of(letter), to: Uint8Array.of(letter + 1) };
}

/** The range of one chain's keys of one kind. */
export function allOfChain(what: 'block' | 'state' | 'note', chain: number): { from: Uint8Array; to: Uint8Array } {
  return { from: indexKey(what, chain), to: chain === 0xffff_ffff ? allOf(what).to : indexKey(what, chain + 1) };
}

export function chainOfKey(key: Uint8Array): number {
  return new ByteReader(key.subarray(1)).u32();
}

export function blockKey(chain: number, height: number): Uint8Array {
  return indexKey('block', chain, new ByteWriter(6).u48(height).finish());
}

export function noteKey(chain: number, name: string): Uint8Array {
  return indexKey('note', chain, Buffer.from(name, 'utf8'));
}

export function nameOfNote(key: Uint8Array): string {
  return Buffer.from(key.subarray(NOTE_NAME_AT)).toString('utf8');
}
/** After the letter and the chain's number. */
const NOTE_NAME_AT = 5;

/** How far the index is, and what the directory must know before it reads the log. */
export interface IndexPosition extends LogPosition {
  readonly nextChain: number;
  /** Frames in the log that belong to removed chains. */
  readonly deadBytes: number;
  /** What the records of all chains add up to. */
  readonly chains: IndexSum;
}

export function encodePosition({ segment, offset, group, salt, nextChain, deadBytes, chains }: IndexPosition): Uint8Array {
  const writer = new ByteWriter(80).u8(INDEX_FORMAT).u32(segment).u48(offset).u48(group).bytes(salt).u32(nextChain).u48(deadBytes);
  return writer.u48(chains.entries).u48(chains.digest).finish();
}

/** Undefined for another format. */
export function decodePosition(bytes: Uint8Array): IndexPosition | undefined {
  const reader = new ByteReader(bytes);
  if (reader.u8() !== INDEX_FORMAT) return undefined;
  const position = { segment: reader.u32(), offset: reader.u48(), group: reader.u48(), salt: Uint8Array.from(reader.bytes(64)), nextChain: reader.u32(), deadBytes: reader.u48() };
  const chains = { entries: reader.u48(), digest: reader.u48() };
  reader.end();
  return { ...position, chains };
}

/** A chain of which nothing is in log or index yet. */
export function newRecord(number: number, name: ChainId): ChainRecord {
  return { number, name, height: -1, firstHeight: 0, isStaged: false, logBytes: 0, stateBytes: 0, noteDigest: 0, ...EMPTY_SUM };
}

/** What is kept of every chain, also of the idle. */
export interface ChainRecord {
  readonly number: number;
  readonly name: ChainId;
  height: number;
  /** The lowest height from which all blocks are here. */
  firstHeight: number;
  /** It is being filled aside from the chain of its name. */
  isStaged: boolean;
  /** Frames of the chain in the log. */
  logBytes: number;
  /** Keys and values of the state in the index, as of the last checkpoint. */
  stateBytes: number;
  /** What the chain's entries in the index add up to, as of the last checkpoint; see `IndexSum`. */
  entries: number;
  digest: number;
  /** The digest of its notes alone: one that vanished would be read as never set, so it is compared whenever the chain is opened. */
  noteDigest: number;
  damage?: ChainDamage;
}

/** The first frame that is missing from what the state is made of: from there on nothing of the chain was applied. */
export interface ChainDamage {
  readonly segment: number;
  readonly offset: number;
  /** The highest of the blocks that were found behind it, -1 for none: the chain's `height` stops before them. */
  readonly height: number;
}

export function encodeChainRecord(record: ChainRecord): Uint8Array {
  const writer = new ByteWriter(120).u8(INDEX_FORMAT).string(record.name).u48(record.height + 1).u48(record.firstHeight).u8(record.isStaged ? 1 : 0);
  writer.u48(record.entries).u48(record.digest).u48(record.noteDigest);
  const { damage } = record;
  writer.u48(record.logBytes).u48(record.stateBytes).u8(damage === undefined ? 0 : 1);
  if (damage !== undefined) writer.u32(damage.segment).u48(damage.offset).u48(damage.height + 1);
  return writer.finish();
}

export function decodeChainRecord(number: number, bytes: Uint8Array): ChainRecord {
  const reader = new ByteReader(bytes);
  reader.u8();
  const [name, height, firstHeight, isStaged] = [chainId(reader.string(64)), reader.u48() - 1, reader.u48(), reader.flag()];
  const [entries, digest, noteDigest] = [reader.u48(), reader.u48(), reader.u48()];
  const record = { number, name, height, firstHeight, isStaged, logBytes: reader.u48(), stateBytes: reader.u48(), entries, digest, noteDigest };
  const damage = reader.flag() ? { segment: reader.u32(), offset: reader.u48(), height: reader.u48() - 1 } : undefined;
  reader.end();
  return damage === undefined ? record : { ...record, damage };
}

export function encodeLocation({ segment, offset, sizeBytes }: FrameLocation): Uint8Array {
  return new ByteWriter(16).u32(segment).u48(offset).u32(sizeBytes).finish();
}

export function decodeLocation(bytes: Uint8Array): FrameLocation {
  const reader = new ByteReader(bytes);
  const location = { segment: reader.u32(), offset: reader.u48(), sizeBytes: reader.u32() };
  reader.end();
  return location;
}

/** One chain's state within the index. */
export function stateOfChain(index: StateReader, chain: number): StateReader {
  const prefix = indexKey('state', chain);
  const place = (key: Uint8Array): Uint8Array => Buffer.concat([prefix, key]);
  return {
    get: (key) => index.get(place(key)),
    range: (range: StateRange): readonly StateEntry[] =>
      index
        .range({ ...range, from: place(range.from), to: place(range.to) })
        .map(({ key, value }) => ({ key: key.subarray(prefix.length), value })),
  };
}
