import { crc32c } from './crc32c';
import type { FileHandle, FilePort } from './file-port';

/** A file of the log. Its first 40 bytes: `CWLEDGER`, format u32, segment u32, salt (16 bytes), crc32c u32, zeros. */
export const SEGMENT_HEAD_BYTES = 40;
/** Of all that a segment may hold. Whatever a program does not know it would take for damage: a new kind of frame is a new format. */
export const SEGMENT_FORMAT = 3;
export const SALT_BYTES = 16;
/** Text, not bytes: those lie beside what the index's library reads, and a broken page made it write over them; heads were then "restored" wrong. */
const MAGIC = 'CWLEDGER';

export interface Segment {
  readonly number: number;
  readonly path: string;
  readonly file: FileHandle;
}

export function segmentName(number: number): string {
  return `segment-${String(number).padStart(8, '0')}.log`;
}

/** Number in a segment's file name; undefined for other names. */
export function segmentNumber(name: string): number | undefined {
  const digits = /^segment-(\d{8})\.log$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Makes the file, its head and its name durable before anything is written into it. */
export async function createSegment(files: FilePort, directory: string, number: number, salt: Uint8Array): Promise<Segment> {
  const path = `${directory}/${segmentName(number)}`;
  const file = files.create(path);
  try {
    file.append(encodeSegmentHead(number, salt));
    await file.sync();
    await files.syncDirectory(directory);
  } catch (error) {
    file.close();
    // It may be tried again, once there is room.
    files.unlink(path);
    throw error;
  }
  return { number, path, file };
}

/** The first bytes of a segment's file. */
export function encodeSegmentHead(number: number, salt: Uint8Array): Uint8Array {
  const head = Buffer.alloc(SEGMENT_HEAD_BYTES);
  head.write(MAGIC, 'latin1');
  head.writeUInt32BE(SEGMENT_FORMAT, 8);
  head.writeUInt32BE(number, 12);
  head.set(salt, 16);
  head.writeUInt32BE(crc32c(head.subarray(0, 32)), 32);
  return head;
}

export type SegmentHead = { state: 'good'; salt: Uint8Array } | { state: 'foreign'; format: number } | { state: 'broken' };

/** What the first bytes of a segment's file say. */
export function readSegmentHead(file: FileHandle, number: number): SegmentHead {
  const head = Buffer.from(file.read(0, SEGMENT_HEAD_BYTES));
  if (head.length < SEGMENT_HEAD_BYTES || head.toString('latin1', 0, MAGIC.length) !== MAGIC) return { state: 'broken' };
  if (head.readUInt32BE(32) !== crc32c(head.subarray(0, 32)) || head.readUInt32BE(36) !== 0) return { state: 'broken' };
  const format = head.readUInt32BE(8);
  if (format !== SEGMENT_FORMAT) return { state: 'foreign', format };
  return head.readUInt32BE(12) === number ? { state: 'good', salt: head.subarray(16, 32) } : { state: 'broken' };
}
