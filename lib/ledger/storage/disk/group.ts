import { ByteReader } from '../../core/codec';
import { chainId, type ChainId } from '../../core/types';
import { newerKind } from './foreign';
import { FRAME_HEAD_BYTES, frameBytes, FrameKind, isNewerKind, readFrame, readNewerKind, type Frame, type FrameLocation } from './frame';

/** What the head of a group says of a frame in it: whom it concerns is known even when the frame itself cannot be read. */
export interface FrameNote {
  readonly kind: FrameKind;
  readonly chain: number;
  readonly sequence: number;
  /** Of the whole frame. */
  readonly sizeBytes: number;
  /** Of what is made by the frame: a chain, a key. */
  readonly name?: ChainId;
}

/** A frame of a group; `frame` is absent when it is not as it was written. */
export interface GroupPiece {
  readonly note: FrameNote;
  readonly location: FrameLocation;
  readonly frame?: Frame;
}

export interface Group {
  readonly pieces: readonly GroupPiece[];
  /** Place after the group. */
  readonly end: number;
  /** The bytes that belong where its head lies, when those are not there. */
  readonly lostHead?: Frame;
}

/** A part of a segment's file in memory. */
export interface Scan {
  /** Of the file; for errors. */
  readonly path: string;
  readonly bytes: Buffer;
  /** The file's offset of the first byte. */
  readonly base: number;
  readonly segment: number;
  readonly salt: Uint8Array;
}

const FRAMES_MAX = 2_000_000;
const NOTE_BYTES = 16;
const NAME_BYTES_MAX = 64;

/**
 * The head of a group: a note for each frame that follows, in order: count u32, then kind u8, chain u32, sequence u48,
 * size u32, flag u8 and name of each. Written without a ByteWriter: it stands in the way of every block.
 */
export function groupHead(group: number, frames: readonly Frame[]): Frame {
  const names = frames.map(nameIn);
  const size = names.reduce((sum, name) => sum + NOTE_BYTES + (name === undefined ? 0 : 4 + Buffer.byteLength(name)), 4);
  const payload = Buffer.allocUnsafe(size);
  let at = payload.writeUInt32BE(frames.length, 0);
  frames.forEach((frame, index) => {
    at = payload.writeUInt8(frame.kind, at);
    at = payload.writeUInt32BE(frame.chain, at);
    at = payload.writeUIntBE(frame.sequence, at, 6);
    at = payload.writeUInt32BE(frameBytes(frame), at);
    const name = names[index];
    at = payload.writeUInt8(name === undefined ? 0 : 1, at);
    if (name === undefined) return;
    const written = payload.write(name, at + 4);
    at = payload.writeUInt32BE(written, at) + written;
  });
  return { kind: FrameKind.group, chain: 0, sequence: group, payload };
}

/** Undefined unless the frame is the head of that group. */
function readHead(frame: Frame | undefined, wanted: number): FrameNote[] | undefined {
  if (frame?.kind !== FrameKind.group || frame.sequence !== wanted) return undefined;
  const reader = new ByteReader(frame.payload);
  const notes = reader.list(FRAMES_MAX, (): FrameNote => {
    const note = { kind: reader.u8() as FrameKind, chain: reader.u32(), sequence: reader.u48(), sizeBytes: reader.u32() };
    return reader.flag() ? namedNote(note, reader.bytes(NAME_BYTES_MAX)) : note;
  });
  reader.end();
  return notes;
}

/** The name is read when somebody asks: that is for who finds damage, and a start reads thousands of notes. */
function namedNote({ kind, chain, sequence, sizeBytes }: FrameNote, text: Uint8Array): FrameNote {
  return {
    kind,
    chain,
    sequence,
    sizeBytes,
    get name() {
      return chainId(Buffer.from(text).toString('utf8'));
    },
  };
}

/** Payloads of both kinds begin with the name, or are it. */
function nameIn({ kind, payload }: Frame): ChainId | undefined {
  if (kind === FrameKind.chain || kind === FrameKind.stage) return chainId(Buffer.from(payload).toString('utf8'));
  return kind === FrameKind.key ? chainId(new ByteReader(payload).string(NAME_BYTES_MAX)) : undefined;
}

/** What a frame held of which nothing but its note can be read; undefined when the note does not say it all. */
export function frameOfNote({ kind, chain, sequence, name }: FrameNote): Frame | undefined {
  if ((kind === FrameKind.chain || kind === FrameKind.stage) && name !== undefined) return { kind, chain, sequence, payload: Buffer.from(name, 'utf8') };
  return kind === FrameKind.removed || kind === FrameKind.install ? { kind, chain, sequence, payload: new Uint8Array(0) } : undefined;
}

export function frameAt({ bytes, base, segment, salt }: Scan, at: number): Frame | undefined {
  return readFrame(bytes, at, { salt, segment, offset: base + at });
}

/** A frame that is as it was written, of a kind that only a later program knows, is no damage. */
function checkKind(scan: Scan, at: number): void {
  const { bytes, base, segment, salt } = scan;
  const kind = readNewerKind(bytes, at, { salt, segment, offset: base + at });
  if (kind !== undefined) throw newerKind(scan.path, base + at, kind);
}

/**
 * The group that begins at `at`, as far as it can be read; undefined when its head cannot, and whom it concerned
 * cannot be known. `isLast`: nothing follows the bytes, so that their end may be the group's. Error `storage-format`
 * when it holds what only a later program can read, also where that did not wholly arrive.
 */
export function readGroup(scan: Scan, at: number, wanted: number, isLast: boolean): Group | undefined {
  const head = frameAt(scan, at);
  if (head === undefined) checkKind(scan, at);
  const notes = readHead(head, wanted);
  if (head === undefined || notes === undefined) return recoverGroup(scan, at, wanted, isLast);
  let next = at + frameBytes(head);
  const pieces = notes.map((note): GroupPiece => {
    const location = { segment: scan.segment, offset: scan.base + next, sizeBytes: note.sizeBytes };
    if (isNewerKind(note.kind)) throw newerKind(scan.path, location.offset, note.kind);
    const frame = frameAt(scan, next);
    next += note.sizeBytes;
    const isIt = frame !== undefined && frame.kind === note.kind && frame.chain === note.chain && frame.sequence === note.sequence && frameBytes(frame) === note.sizeBytes;
    return { note, location, ...(isIt ? { frame } : {}) };
  });
  return { pieces, end: next };
}

/** A group whose head is damaged and nothing else: frames lie without a gap up to the next group, and give just such a head. */
function recoverGroup(scan: Scan, at: number, wanted: number, isLast: boolean): Group | undefined {
  const end = findGroup(scan, at + 1, (sequence) => sequence === wanted + 1) ?? (isLast ? scan.bytes.length : undefined);
  if (end === undefined) return undefined;
  for (let start = at + FRAME_HEAD_BYTES; start < end; start += 1) {
    const pieces = readPieces(scan, start, end);
    const frames = pieces?.flatMap(({ frame }) => frame ?? []);
    if (pieces === undefined || frames === undefined) continue;
    const lostHead = groupHead(wanted, frames);
    if (at + frameBytes(lostHead) === start) return { pieces, end, lostHead };
  }
  return undefined;
}

/** Frames without a gap from `start` to `end`; undefined when there is anything else. */
function readPieces(scan: Scan, start: number, end: number): GroupPiece[] | undefined {
  const pieces: GroupPiece[] = [];
  for (let next = start; next < end; ) {
    const frame = frameAt(scan, next);
    // Not at the start, which is a guess at each of many places.
    if (frame === undefined && next > start) checkKind(scan, next);
    if (frame === undefined || frame.kind === FrameKind.group) return undefined;
    const sizeBytes = frameBytes(frame);
    pieces.push({ note: { kind: frame.kind, chain: frame.chain, sequence: frame.sequence, sizeBytes }, location: { segment: scan.segment, offset: scan.base + next, sizeBytes }, frame });
    next += sizeBytes;
    if (next > end) return undefined;
  }
  return pieces;
}

/** Place of the first head of a group with such a number, anywhere from `from` on. */
export function findGroup(scan: Scan, from: number, isWanted: (sequence: number) => boolean): number | undefined {
  // Kind, and the chain number of all groups.
  const mark = Buffer.from([FrameKind.group, 0, 0, 0, 0]);
  const before = 8;
  for (let found = scan.bytes.indexOf(mark, from + before); found >= 0; found = scan.bytes.indexOf(mark, found + 1)) {
    const frame = frameAt(scan, found - before);
    if (frame?.kind === FrameKind.group && isWanted(frame.sequence)) return found - before;
  }
  return undefined;
}
