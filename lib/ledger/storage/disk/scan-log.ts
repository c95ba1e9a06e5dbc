import { corrupt } from './corrupt';
import { foreignFormat } from './foreign';
import { frameBytes, writeFrame, type Frame, type FrameLocation } from './frame';
import { findGroup, frameOfNote, readGroup, type FrameNote, type Group, type Scan } from './group';
import { encodeSegmentHead, readSegmentHead, SEGMENT_HEAD_BYTES } from './segment';
import type { SegmentFiles } from './segment-files';

/** A place between two groups of the log. */
export interface LogPosition {
  readonly segment: number;
  readonly offset: number;
  /** Number of the last group before it. */
  readonly group: number;
  readonly salt: Uint8Array;
}

/** How it is logged that the end of a log is gone. */
export const TORN_EVENT = 'the torn end of a log is cut off';

/** Who is told what the log holds. */
export interface LogReader {
  onFrame(frame: Frame, location: FrameLocation): void;
  /** A frame is not as it was written: whom it concerned. */
  onDamage(note: FrameNote, location: FrameLocation): void;
  /** Bytes are not as they were written, but what they were is known from others: nothing is lost. */
  onScar?(location: FrameLocation, bytes: Uint8Array): void;
  /** Bytes at the end of the log were never finished, or so it looks: they are gone. */
  onTorn?(path: string, offset: number, bytes: number): void;
  /** After each group; awaited. */
  onGroup?(position: LogPosition): Promise<void> | undefined;
}

/**
 * Hands over every frame from `from` on and returns the end of the log; undefined when there is no log yet. Cuts off
 * what a power cut tore: an unreadable tail, or a last segment whose head was never finished. A frame that is unreadable
 * elsewhere is told to the reader. Throws `storage-corrupt` with file and offset when it cannot be known whom the damage
 * concerns, `storage-format` for another format or a frame that only a later program knows: that is never cut off.
 */
export async function scanLog(from: LogPosition | undefined, reader: LogReader, segments: SegmentFiles): Promise<LogPosition | undefined> {
  const numbers = segments.numbers();
  const lastKnown = from?.segment ?? 0;
  const last = numbers.at(-1);
  if (last === undefined && from === undefined) return undefined;
  for (let number = 1; number <= Math.max(last ?? 0, lastKnown); number += 1) {
    if (numbers[number - 1] !== number) throw corrupt(segments.path(number), 0, 'A segment of the log is missing');
  }
  let position = from;
  for (const number of numbers.slice(Math.max(0, lastKnown - 1))) {
    const next = await scanSegment({ number, isTail: number === last, from: position, segments, reader });
    if (next === undefined) return position;
    position = next;
  }
  return position;
}

/** Reads the whole log once more up to a position that is known to be safe; changes nothing. Errors as {@link scanLog}. */
export async function verifyLog(end: LogPosition, reader: LogReader, segments: SegmentFiles, yieldTurn: () => Promise<void>): Promise<void> {
  // Where the first group begins is known; the salt, too, should the first head not tell it.
  let position: LogPosition = { segment: 0, offset: 0, group: 0, salt: end.salt };
  for (let number = 1; number <= end.segment; number += 1) {
    if (!segments.has(number)) throw corrupt(segments.path(number), 0, 'A segment of the log is missing');
    const until = number === end.segment ? end.offset : undefined;
    const next = await scanSegment({ number, isTail: false, from: position, segments, reader, ...(until === undefined ? {} : { until }) });
    if (next !== undefined) position = next;
    await yieldTurn();
  }
  if (position.group !== end.group) throw corrupt(segments.path(end.segment), position.offset, 'The log ends before its known end');
}

/** Error `storage-format` when the log, or a part of it, is of another format. */
export function checkLogFormat(segments: SegmentFiles): void {
  for (const number of segments.numbers()) {
    const { file, path } = segments.get(number);
    const head = readSegmentHead(file, number);
    if (head.state === 'foreign') throw foreignFormat(path, head.format);
  }
}

interface SegmentScan {
  readonly number: number;
  /** Nothing comes after this segment: an unreadable end may be what a power cut tore. */
  readonly isTail: boolean;
  readonly from: LogPosition | undefined;
  readonly segments: SegmentFiles;
  readonly reader: LogReader;
  /** Offset to stop at; the end of the file by default. */
  readonly until?: number;
}

async function scanSegment({ number, isTail, from, segments, reader, until }: SegmentScan): Promise<LogPosition | undefined> {
  const { file, path } = segments.get(number);
  const head = readSegmentHead(file, number);
  if (head.state === 'foreign') throw foreignFormat(path, head.format);
  const isStart = from?.segment !== number;
  // The head is safe before anything follows it: a short last file was being made when the power went.
  if (head.state === 'broken' && isTail && isStart && file.sizeBytes() <= SEGMENT_HEAD_BYTES) {
    const bytes = file.sizeBytes();
    await segments.remove(number);
    reader.onTorn?.(path, 0, bytes);
    return undefined;
  }
  const salt = head.state === 'good' ? Uint8Array.from(head.salt) : from?.salt;
  if (salt === undefined || file.sizeBytes() < SEGMENT_HEAD_BYTES) throw corrupt(path, 0);
  if (from !== undefined && Buffer.compare(from.salt, salt) !== 0) throw corrupt(path, 16, 'The segment belongs to another ledger');
  const start = isStart ? SEGMENT_HEAD_BYTES : from.offset;
  if (start > file.sizeBytes()) throw corrupt(path, file.sizeBytes(), 'The file is shorter than it was');
  const end = until ?? file.sizeBytes();
  const scan: Scan = { path, bytes: Buffer.from(file.read(start, end - start)), base: start, segment: number, salt };
  let group = from?.group ?? 0;
  if (head.state === 'broken') {
    // Only a file whose groups are of this ledger is taken for one whose head alone is damaged.
    if (isStart && findGroup(scan, 0, (sequence) => sequence === group + 1) !== 0) throw corrupt(path, 0);
    reader.onScar?.({ segment: number, offset: 0, sizeBytes: SEGMENT_HEAD_BYTES }, encodeSegmentHead(number, salt));
  }
  const bytesEnd = isTail ? scan.bytes.length - zerosAtEnd(scan.bytes) : scan.bytes.length;
  let at = 0;
  // What is left when it begins with the zeros at the end is room for groups to come.
  while (at < bytesEnd) {
    const found = readGroup(scan, at, group + 1, !isTail);
    const isWhole = found !== undefined && found.end <= scan.bytes.length && found.pieces.every(({ frame }) => frame !== undefined);
    if (!isWhole && isTail && findGroup(scan, at + 1, (sequence) => sequence > group + 1) === undefined) {
      file.truncate(start + at);
      await file.sync();
      reader.onTorn?.(path, start + at, bytesEnd - at);
      break;
    }
    if (found === undefined) throw corrupt(path, start + at);
    handOver(found, { scan, at, reader });
    group += 1;
    at = Math.min(found.end, scan.bytes.length);
    const pause = reader.onGroup?.({ segment: number, offset: start + at, group, salt });
    // A turn of the event loop's queue for each of ten thousand groups is most of reading them.
    if (pause !== undefined) await pause;
  }
  return { segment: number, offset: start + at, group, salt };
}

/** Number of zero bytes at the end. */
function zerosAtEnd(bytes: Buffer): number {
  let at = bytes.length;
  while (at > 0 && bytes[at - 1] === 0) at -= 1;
  return bytes.length - at;
}

function handOver({ pieces, lostHead }: Group, { scan, at, reader }: { readonly scan: Scan; readonly at: number; readonly reader: LogReader }): void {
  const scar = (frame: Frame, location: FrameLocation): void => reader.onScar?.(location, frameBytesAt(frame, location, scan.salt));
  if (lostHead !== undefined) scar(lostHead, { segment: scan.segment, offset: scan.base + at, sizeBytes: frameBytes(lostHead) });
  for (const { note, location, frame } of pieces) {
    if (frame !== undefined) {
      reader.onFrame(frame, location);
      continue;
    }
    const known = frameOfNote(note);
    if (known === undefined) {
      reader.onDamage(note, location);
      continue;
    }
    scar(known, location);
    reader.onFrame(known, location);
  }
}

/** The frame as it is written at that place. */
function frameBytesAt(frame: Frame, { segment, offset, sizeBytes }: FrameLocation, salt: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(sizeBytes);
  writeFrame(bytes, 0, frame, { salt, segment, offset });
  return bytes;
}
