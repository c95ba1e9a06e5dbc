import { LedgerError } from '../../core/errors';
import { corrupt } from './corrupt';
import { FRAME_HEAD_BYTES, frameBytes, FrameKind, readFrame, type Frame, type FrameLocation } from './frame';
import { readSegmentHead, SEGMENT_HEAD_BYTES } from './segment';
import type { SegmentFiles } from './segment-files';

/** A place between two groups of the log. */
export interface LogPosition {
  readonly segment: number;
  readonly offset: number;
  /** Number of the last group before it. */
  readonly group: number;
  readonly salt: Uint8Array;
}

interface ScanOptions {
  readonly from?: LogPosition;
  readonly onFrame: (frame: Frame, location: FrameLocation) => void;
}

/**
 * Hands over every frame from `from` on and returns the end of the log; undefined when there is no log yet. Cuts off
 * what a power cut tore: an unreadable tail, or a last segment whose head was never finished. Anything else that is
 * unreadable or missing throws `storage-corrupt` with file and offset, a newer format `storage-format`.
 */
export async function scanLog({ from, onFrame }: ScanOptions, segments: SegmentFiles): Promise<LogPosition | undefined> {
  const numbers = segments.numbers();
  const lastKnown = from?.segment ?? 0;
  const last = numbers.at(-1);
  if (last === undefined && from === undefined) return undefined;
  for (let number = 1; number <= Math.max(last ?? 0, lastKnown); number += 1) {
    if (numbers[number - 1] !== number) throw corrupt(segments.path(number), 0, 'A segment of the log is missing');
  }
  let position = from;
  for (const number of numbers.slice(Math.max(0, lastKnown - 1))) {
    const next = await scanSegment({ number, isTail: number === last, from: position, segments, onFrame });
    if (next === undefined) return position;
    position = next;
  }
  return position;
}

/**
 * Reads the whole log once more up to a position that is known to be safe; changes nothing. Throws `storage-corrupt` at
 * the first frame that is not as it was written.
 */
export async function verifyLog(end: LogPosition, segments: SegmentFiles, yieldTurn: () => Promise<void>): Promise<void> {
  let position: LogPosition | undefined;
  for (let number = 1; number <= end.segment; number += 1) {
    if (!segments.has(number)) throw corrupt(segments.path(number), 0, 'A segment of the log is missing');
    const until = number === end.segment ? end.offset : undefined;
    position = await scanSegment({ number, isTail: false, from: position, segments, onFrame: () => undefined, ...(until === undefined ? {} : { until }) });
    await yieldTurn();
  }
  if (position?.group !== end.group) throw corrupt(segments.path(end.segment), position?.offset ?? 0, 'The log ends before its known end');
}

interface SegmentScan {
  readonly number: number;
  /** Nothing comes after this segment: an unreadable end may be what a power cut tore. */
  readonly isTail: boolean;
  readonly from: LogPosition | undefined;
  readonly segments: SegmentFiles;
  readonly onFrame: ScanOptions['onFrame'];
  /** Offset to stop at; the end of the file by default. */
  readonly until?: number;
}

async function scanSegment({ number, isTail, from, segments, onFrame, until }: SegmentScan): Promise<LogPosition | undefined> {
  const { file, path } = segments.get(number);
  const head = readSegmentHead(file, number);
  if (head.state === 'foreign') {
    throw new LedgerError('storage-format', { file: path }, `${path} has format ${head.format}, which this program does not read. Use the program that wrote it.`);
  }
  const isStart = from?.segment !== number;
  if (head.state === 'broken') {
    // The head is safe before anything follows it: a short last file was being made when the power went.
    if (!isTail || !isStart || file.sizeBytes() > SEGMENT_HEAD_BYTES) throw corrupt(path, 0);
    await segments.remove(number);
    return undefined;
  }
  if (from !== undefined && Buffer.compare(from.salt, head.salt) !== 0) throw corrupt(path, 16, 'The segment belongs to another ledger');
  const start = isStart ? SEGMENT_HEAD_BYTES : from.offset;
  if (start > file.sizeBytes()) throw corrupt(path, file.sizeBytes(), 'The file is shorter than it was');
  const end = until ?? file.sizeBytes();
  const bytes = Buffer.from(file.read(start, end - start));
  const scan: Scan = { bytes, base: start, segment: number, salt: Uint8Array.from(head.salt) };
  let group = from?.group ?? 0;
  let at = 0;
  while (at < bytes.length) {
    const frames = readGroup(scan, at, group + 1);
    if (frames === undefined) {
      if (!isTail || hasLaterGroup(scan, at + 1, group + 1)) throw corrupt(path, start + damagedAt(scan, at, group + 1));
      file.truncate(start + at);
      await file.sync();
      break;
    }
    at += FRAME_HEAD_BYTES + 4;
    for (const frame of frames) {
      onFrame(frame, { segment: number, offset: start + at, sizeBytes: frameBytes(frame) });
      at += frameBytes(frame);
    }
    group += 1;
  }
  return { segment: number, offset: start + at, group, salt: scan.salt };
}

interface Scan {
  readonly bytes: Buffer;
  /** The file's offset of the first byte. */
  readonly base: number;
  readonly segment: number;
  readonly salt: Uint8Array;
}

function frameAt({ bytes, base, segment, salt }: Scan, at: number): Frame | undefined {
  return readFrame(bytes, at, { salt, segment, offset: base + at });
}

/** All frames of the group that begins at `at`; undefined unless the whole group is as it was written. */
function readGroup(scan: Scan, at: number, wanted: number): Frame[] | undefined {
  const head = frameAt(scan, at);
  if (head === undefined || head.kind !== FrameKind.group || head.sequence !== wanted || head.payload.length !== 4) return undefined;
  const frames: Frame[] = [];
  const end = at + frameBytes(head) + Buffer.from(head.payload).readUInt32BE();
  for (let next = at + frameBytes(head); next < end; ) {
    const frame = frameAt(scan, next);
    if (frame === undefined || frame.kind === FrameKind.group) return undefined;
    next += frameBytes(frame);
    if (next > end) return undefined;
    frames.push(frame);
  }
  return frames;
}

/** The first frame of a broken group that is not as it was written: what an error should name. */
function damagedAt(scan: Scan, at: number, wanted: number): number {
  const head = frameAt(scan, at);
  if (head === undefined || head.kind !== FrameKind.group || head.sequence !== wanted) return at;
  let next = at + frameBytes(head);
  for (let frame = frameAt(scan, next); frame !== undefined && frame.kind !== FrameKind.group; frame = frameAt(scan, next)) next += frameBytes(frame);
  return next;
}

/** True when a group later than `wanted` lies anywhere behind: it was written only after this one was safe. */
function hasLaterGroup(scan: Scan, from: number, wanted: number): boolean {
  const lengthOfGroupHead = Buffer.from([0, 0, 0, 4]);
  for (let at = scan.bytes.indexOf(lengthOfGroupHead, from); at >= 0; at = scan.bytes.indexOf(lengthOfGroupHead, at + 1)) {
    const frame = frameAt(scan, at);
    if (frame?.kind === FrameKind.group && frame.sequence > wanted) return true;
  }
  return false;
}
