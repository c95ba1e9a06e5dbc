import { crc32 } from 'node:zlib';

/** A stored block's length has 16 bits. */
const BLOCK_BYTES_MAX = 0xffff;
/** Deflate, no flags, no time, of no system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * A gzip archive of stored blocks. What compresses is written differently by each release and processor, and a package's id is
 * the hash of its bytes: only what is not compressed is the same everywhere.
 */
export function writeGzip(bytes: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  let at = 0;
  do {
    const block = bytes.subarray(at, at + BLOCK_BYTES_MAX);
    at += block.length;
    const head = Buffer.alloc(5);
    head[0] = at >= bytes.length ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(head, block);
  } while (at < bytes.length);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(bytes), 0);
  tail.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([...parts, tail]);
}
