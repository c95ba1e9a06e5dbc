import { assert } from '@/lib/platform/pure/assert';

/**
 * What the framework keeps beside the EVM's own state (name spaces 0x01 to 0x0f): the head and the indices that
 * clients ask by. They follow from the blocks.
 */
const HEAD = 0x10;
const TRANSACTION = 0x11;
const BLOCK_HASH = 0x12;
const BLOCK_HEIGHT = 0x13;
const RECEIPTS = 0x14;
const LOGS_BLOOM = 0x15;

/** → the newest Ethereum header, encoded. */
export const headKey = Uint8Array.of(HEAD);

/** Transaction hash → {@link encodePosition}. */
export function transactionKey(hash: Uint8Array): Uint8Array {
  return prefixed(TRANSACTION, hash);
}

/** Height → hash of the Ethereum header. */
export function blockHashKey(height: number): Uint8Array {
  return prefixed(BLOCK_HASH, uint48(height));
}

/** Hash of the Ethereum header → height (6 bytes). */
export function blockHeightKey(hash: Uint8Array): Uint8Array {
  return prefixed(BLOCK_HEIGHT, hash);
}

/** Height → the block's receipts. Blocks without transactions have none. */
export function receiptsKey(height: number): Uint8Array {
  return prefixed(RECEIPTS, uint48(height));
}

/** Height → the block's log filter. Blocks without logs have none, so that a search skips them. */
export function logsBloomKey(height: number): Uint8Array {
  return prefixed(LOGS_BLOOM, uint48(height));
}

/** The height in a {@link logsBloomKey}. */
export function heightOfLogsBloomKey(key: Uint8Array): number {
  assert(key[0] === LOGS_BLOOM && key.length === 7, 'not a key of a log filter');
  return readUint48(key.subarray(1));
}

/** Where a transaction lies: height and index, 10 bytes. */
export function encodePosition(height: number, index: number): Uint8Array {
  const out = new Uint8Array(10);
  out.set(uint48(height));
  new DataView(out.buffer).setUint32(6, index);
  return out;
}

export function decodePosition(bytes: Uint8Array): { height: number; index: number } {
  assert(bytes.length === 10, 'a transaction position is not 10 bytes');
  return { height: readUint48(bytes), index: new DataView(bytes.buffer, bytes.byteOffset).getUint32(6) };
}

/** Big-endian, so that keys sort by height. */
export function uint48(value: number): Uint8Array {
  const out = new Uint8Array(6);
  const view = new DataView(out.buffer);
  view.setUint16(0, Math.floor(value / 2 ** 32));
  view.setUint32(2, value % 2 ** 32);
  return out;
}

export function readUint48(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2);
}

function prefixed(space: number, rest: Uint8Array): Uint8Array {
  const out = new Uint8Array(1 + rest.length);
  out[0] = space;
  out.set(rest, 1);
  return out;
}
