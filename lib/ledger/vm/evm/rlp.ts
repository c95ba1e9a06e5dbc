import { RLP } from '@ethereumjs/rlp';

/**
 * Recursive-length-prefix encoding of byte strings and lists, as all of Ethereum's records use it.
 * Encoding is our own because it is on the hot path of every trie node; decoding, where strictness counts, is the
 * library's.
 */
export type RlpItem = Uint8Array | readonly RlpItem[];

export function encodeRlp(item: RlpItem): Uint8Array {
  return item instanceof Uint8Array ? encodeRlpBytes(item) : encodeRlpList(item.map(encodeRlp));
}

export function encodeRlpBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 1 && bytes[0]! < 0x80) return bytes;
  return prefixed(0x80, [bytes], bytes.length);
}

/** A list of items that are encoded already. */
export function encodeRlpList(encodedItems: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const item of encodedItems) length += item.length;
  return prefixed(0xc0, encodedItems, length);
}

function prefixed(offset: 0x80 | 0xc0, parts: readonly Uint8Array[], length: number): Uint8Array {
  const lengthBytes = length < 56 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
  const out = new Uint8Array(1 + lengthBytes + length);
  if (lengthBytes === 0) {
    out[0] = offset + length;
  } else {
    out[0] = offset + 55 + lengthBytes;
    for (let i = 0, rest = length; i < lengthBytes; i++, rest >>>= 8) out[lengthBytes - i] = rest & 0xff;
  }
  let at = 1 + lengthBytes;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Decodes exactly one item. Throws on trailing bytes and on lengths that are not minimal. */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  return RLP.decode(bytes) as RlpItem;
}

/** Decodes a list of byte strings, such as an account. Throws on anything else. */
export function decodeRlpFields(bytes: Uint8Array, count: number): readonly Uint8Array[] {
  const item = decodeRlp(bytes);
  if (item instanceof Uint8Array || item.length !== count) throw new Error(`an RLP list of ${count} fields was expected`);
  return item.map((field) => {
    if (!(field instanceof Uint8Array)) throw new Error('an RLP byte string was expected');
    return field;
  });
}

/** Unsigned integer as big-endian bytes without leading zeros; zero is no byte at all. */
export function uintToBytes(value: bigint | number): Uint8Array {
  if (value === 0n || value === 0) return EMPTY;
  const hex = value.toString(16);
  return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
}

/** Big-endian bytes as an unsigned integer; no byte at all is zero. */
export function bytesToUint(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`);
}

const EMPTY = new Uint8Array(0);
