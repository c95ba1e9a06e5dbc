import { crc32c } from './crc32c';

/**
 * The log's smallest piece: `[length u32 | crc32c u32 | kind u8 | chain u32 | sequence u48 | payload]`. The checksum
 * starts from the store's secret salt, the segment and the offset: a frame that a transaction carries as payload, or
 * that lies where it was not written, is no frame. A new kind, or another meaning of one, raises SEGMENT_FORMAT.
 */
export const FrameKind = {
  /** Head of a group: what one sync made durable. Sequence: the group's number. Payload: what follows, frame by frame. */
  group: 1,
  /** A new chain. Payload: its name. */
  chain: 2,
  /** State changes of the block that follows. Sequence: height. */
  writes: 3,
  /** A block: with it the block and its writes count. Sequence: height. At a height that is there already: it again, undamaged. */
  block: 4,
  /** A note of a chain. */
  note: 5,
  /** A chain was removed. */
  removed: 6,
  /** A peer's key, in the keys' own log. Chain: the key's number. */
  key: 7,
  /** A chain that is being filled aside, with a number of its own. Payload: its name. */
  stage: 8,
  /** It is the chain of its name now. Sequence: its height. No payload. */
  install: 9,
  /** State changes between two blocks, of keys that are the peer's own. Sequence: height of the block before. Payload: as that of `writes`. */
  local: 10,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export interface Frame {
  readonly kind: FrameKind;
  /** Number of the chain within this directory; 0 for groups. */
  readonly chain: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** Where a frame lies. */
export interface FrameLocation {
  readonly segment: number;
  readonly offset: number;
  /** Of the whole frame. */
  readonly sizeBytes: number;
}

export const FRAME_HEAD_BYTES = 19;
export const FRAME_PAYLOAD_MAX = 64 * 1024 * 1024;
const KIND_MAX = Math.max(...Object.values(FrameKind));

export interface FramePlace {
  /** 16 bytes that only this store knows. */
  readonly salt: Uint8Array;
  readonly segment: number;
  readonly offset: number;
}

/** Writes the frame into `target` at `at`; returns the place after it. */
export function writeFrame(target: Buffer, at: number, frame: Frame, place: FramePlace): number {
  const end = at + FRAME_HEAD_BYTES + frame.payload.length;
  target.writeUInt32BE(frame.payload.length, at);
  target.writeUInt8(frame.kind, at + 8);
  target.writeUInt32BE(frame.chain, at + 9);
  target.writeUIntBE(frame.sequence, at + 13, 6);
  target.set(frame.payload, at + FRAME_HEAD_BYTES);
  target.writeUInt32BE(checksum(target, at, end, place), at + 4);
  return end;
}

/**
 * The frame at `at` of `bytes`, its payload a view; undefined when there is none or it is not as it was written.
 * `place.offset` is the file's offset of `at`.
 */
export function readFrame(bytes: Buffer, at: number, place: FramePlace): Frame | undefined {
  if (at < 0 || at + FRAME_HEAD_BYTES > bytes.length) return undefined;
  const kind = bytes.readUInt8(at + 8);
  // Before the checksum, which takes long where whatever lies there names a long frame.
  if (kind < 1 || isNewerKind(kind)) return undefined;
  const end = endOfWhole(bytes, at, place);
  if (end === undefined) return undefined;
  return {
    kind: kind as FrameKind,
    chain: bytes.readUInt32BE(at + 9),
    sequence: bytes.readUIntBE(at + 13, 6),
    payload: bytes.subarray(at + FRAME_HEAD_BYTES, end),
  };
}

/** Kind of a frame that is as it was written, by a program that knows more kinds than this one; undefined when there is none at `at`. */
export function readNewerKind(bytes: Buffer, at: number, place: FramePlace): number | undefined {
  if (at < 0 || at + FRAME_HEAD_BYTES > bytes.length) return undefined;
  const kind = bytes.readUInt8(at + 8);
  return isNewerKind(kind) && endOfWhole(bytes, at, place) !== undefined ? kind : undefined;
}

export function isNewerKind(kind: number): boolean {
  return kind > KIND_MAX;
}

/** Where the frame at `at` ends; undefined when it is not as it was written. */
function endOfWhole(bytes: Buffer, at: number, place: FramePlace): number | undefined {
  const length = bytes.readUInt32BE(at);
  const end = at + FRAME_HEAD_BYTES + length;
  if (length > FRAME_PAYLOAD_MAX || end > bytes.length) return undefined;
  return bytes.readUInt32BE(at + 4) === checksum(bytes, at, end, place) ? end : undefined;
}

export function frameBytes(frame: Frame): number {
  return FRAME_HEAD_BYTES + frame.payload.length;
}

/** Asked for each frame of each group: it makes no views and reckons a store's salt once. */
function checksum(bytes: Buffer, at: number, end: number, { salt, segment, offset }: FramePlace): number {
  let salted = SALTED.get(salt);
  if (salted === undefined) SALTED.set(salt, (salted = crc32c(salt)));
  WHERE.writeUInt32BE(segment, 0);
  WHERE.writeUIntBE(offset, 4, 6);
  return crc32c(bytes, crc32c(bytes, crc32c(WHERE, salted), at, at + 4), at + 8, end);
}

const SALTED = new WeakMap<Uint8Array, number>();
const WHERE = Buffer.alloc(10);
