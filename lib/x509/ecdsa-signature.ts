import { sign, verify, type KeyObject } from 'node:crypto';

/** Order of P-256. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const numberBytes = 32;
/** 0x30, its length, twice 0x02 with a length, 33 bytes each at most. */
const derBytesMax = 2 + 2 * (2 + numberBytes + 1);

/**
 * ECDSA over SHA-256 as DER, with the lower of the two S that both hold: Fabric takes no other, and names a certificate by
 * its bytes.
 */
export function signLowS(message: Uint8Array, key: KeyObject): Uint8Array<ArrayBuffer> {
  const raw = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  const s = toNumber(raw.subarray(numberBytes));
  return encode(toNumber(raw.subarray(0, numberBytes)), s > order / 2n ? order - s : s);
}

/** True when a signature (DER) holds, stands in its one encoding and has the lower S: nobody else can write it anew. */
export function verifyLowS(message: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  const numbers = decode(signature);
  if (!numbers || numbers.s > order / 2n) return false;
  return Buffer.compare(encode(numbers.r, numbers.s), signature) === 0 && verify('sha256', message, key, signature);
}

function decode(der: Uint8Array): { r: bigint; s: bigint } | undefined {
  if (der.length > derBytesMax || der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const [r, rest] = readInteger(der.subarray(2));
  const [s, more] = readInteger(rest);
  if (r === undefined || s === undefined || more.length > 0) return undefined;
  return r > 0n && r < order && s > 0n && s < order ? { r, s } : undefined;
}

function readInteger(bytes: Uint8Array): [bigint | undefined, Uint8Array] {
  const [tag, length = 0] = bytes;
  const content = bytes.subarray(2, 2 + length);
  // A first bit says that it is below zero.
  if (tag !== 0x02 || length === 0 || content.length !== length || (content[0] ?? 0) >= 0x80) return [undefined, bytes];
  return [toNumber(content), bytes.subarray(2 + length)];
}

function encode(r: bigint, s: bigint): Uint8Array<ArrayBuffer> {
  const numbers = Buffer.concat([encodeInteger(r), encodeInteger(s)]);
  return new Uint8Array(Buffer.concat([Buffer.of(0x30, numbers.length), numbers]));
}

function encodeInteger(value: bigint): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  const content = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(0x02, content.length), content]);
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
