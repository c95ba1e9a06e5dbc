import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, verify, type KeyObject } from 'node:crypto';
import type { Hash } from './types';

/** SHA-256 over the parts, one after another. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.from(digest(parts, 'binary'), 'binary');
}

export function sha256Hex(...parts: readonly Uint8Array[]): Hash {
  return digest(parts, 'hex') as Hash;
}

/** The 32 bytes as text, a character a byte: for whoever hashes on, and keeps none of them. */
export function sha256Text(...parts: readonly Uint8Array[]): string {
  return digest(parts, 'binary');
}

const SCRATCH_BYTES = 4_096;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/** A hash at once is three times as fast as one that takes its parts piece by piece; small parts are put together for it. */
function digest(parts: readonly Uint8Array[], encoding: 'hex' | 'binary'): string {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return hash('sha256', first, encoding);
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > SCRATCH_BYTES) {
    const whole = createHash('sha256');
    for (const part of parts) whole.update(part);
    return whole.digest(encoding);
  }
  let at = 0;
  for (const part of parts) {
    scratch.set(part, at);
    at += part.length;
  }
  return hash('sha256', scratch.subarray(0, length), encoding);
}

/** A peer's voice. A port, so that a simulation can use a keyed hash instead of P-256. */
export interface Signer {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** ECDSA P-256 over SHA-256 of the statement; r and s, 64 bytes. */
  sign(statement: Uint8Array): Uint8Array;
}

/** True when the signature is the key's over the statement; false for anything malformed. */
export type VerifySignature = (publicKey: Uint8Array, statement: Uint8Array, signature: Uint8Array) => boolean;

/** Of a private key as it is stored: the number, then the point's x and y. OpenSSL takes milliseconds to read PKCS #8. */
export const PRIVATE_KEY_BYTES = 96;
const NUMBER_BYTES = 32;
/** Of every P-256 key as DER SubjectPublicKeyInfo with an uncompressed point; x and y follow (RFC 5480). */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
/** Where the number lies in the DER of a P-256 key; at its end are x and y (RFC 5915). */
const SEC1_NUMBER_AT = 7;
const SPKI_BYTES = SPKI_HEAD.length + 2 * NUMBER_BYTES;

/**
 * A fresh P-256 key, opened, and its private half for {@link openSigner}. Never exported as JWK: Node.js 20 does that under a
 * lock that the garbage of the key's making waits for when it is collected in the middle of it, and the process stands still
 * for ever. As the key it was made as: read from numbers, it is slower to sign with for the first time.
 */
export function createKey(): { readonly signer: Signer; readonly privateKey: Uint8Array } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = privateKey.export({ format: 'der', type: 'sec1' });
  const stored = Buffer.concat([der.subarray(SEC1_NUMBER_AT, SEC1_NUMBER_AT + NUMBER_BYTES), der.subarray(-2 * NUMBER_BYTES)]);
  return { signer: { publicKey: publicKeyOf(stored), sign: (statement) => signWith(privateKey, statement) }, privateKey: stored };
}

/**
 * Opens a stored private key. Throws when its point is not of P-256; that it belongs to the number is taken on trust.
 * OpenSSL reads it when the first statement is signed: who only looks at a peer does not wait for that.
 */
export function openSigner(stored: Uint8Array): Signer {
  const publicKey = publicKeyOf(stored);
  if (stored.length !== PRIVATE_KEY_BYTES || !isPublicKey(publicKey)) throw new TypeError('not a P-256 private key');
  const key = Uint8Array.from(stored);
  let privateKey: KeyObject | undefined;
  const open = (): KeyObject => createPrivateKey({ key: { ...pointOf(key.subarray(NUMBER_BYTES)), d: Buffer.from(key.subarray(0, NUMBER_BYTES)).toString('base64url') }, format: 'jwk' });
  return { publicKey, sign: (statement) => signWith((privateKey ??= open()), statement) };
}

function signWith(key: KeyObject, statement: Uint8Array): Uint8Array {
  return sign('sha256', statement, { key, dsaEncoding: 'ieee-p1363' });
}

function publicKeyOf(stored: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([SPKI_HEAD, stored.subarray(NUMBER_BYTES)]));
}

/** A public key (RFC 7518, 6.2) of x and y. */
function pointOf(bytes: Uint8Array): { kty: 'EC'; crv: 'P-256'; x: string; y: string } {
  const number = (from: number): string => Buffer.from(bytes.subarray(from, from + NUMBER_BYTES)).toString('base64url');
  return { kty: 'EC', crv: 'P-256', x: number(0), y: number(NUMBER_BYTES) };
}

const SIGNATURE_BYTES = 64;
const KEY_CACHE_MAX = 1_024;
/** Importing a key each time halves the speed of verifying. Oldest first out. */
const keyCache = new Map<string, KeyObject>();

/** Of P-256 (FIPS 186-4, D.1.2.3): the field, and b of y² = x³ − 3x + b. */
const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const CURVE_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/**
 * True when the bytes are a P-256 public key as DER SubjectPublicKeyInfo. Reckoned here, since OpenSSL takes thirty times
 * as long to import a key; every point of the curve but infinity, which has no such bytes, is a key.
 */
export function isPublicKey(publicKey: Uint8Array): boolean {
  const der = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength);
  if (der.length !== SPKI_BYTES || Buffer.compare(der.subarray(0, SPKI_HEAD.length), SPKI_HEAD) !== 0) return false;
  const number = (from: number): bigint => BigInt(`0x${der.toString('hex', from, from + NUMBER_BYTES)}`);
  const [x, y] = [number(SPKI_HEAD.length), number(SPKI_HEAD.length + NUMBER_BYTES)];
  return x < FIELD && y < FIELD && (y * y - (x * x * x - 3n * x + CURVE_B)) % FIELD === 0n;
}

export const verifySignature: VerifySignature = (publicKey, statement, signature) => {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = findKey(publicKey);
  return key !== undefined && verify('sha256', statement, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

function findKey(publicKey: Uint8Array): KeyObject | undefined {
  const der = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength);
  const name = der.toString('latin1');
  const cached = keyCache.get(name);
  if (cached) return cached;
  if (der.length !== SPKI_BYTES || Buffer.compare(der.subarray(0, SPKI_HEAD.length), SPKI_HEAD) !== 0) return undefined;
  let key: KeyObject;
  try {
    key = createPublicKey({ key: pointOf(der.subarray(SPKI_HEAD.length)), format: 'jwk' });
  } catch {
    // A point that does not lie on the curve.
    return undefined;
  }
  if (keyCache.size >= KEY_CACHE_MAX) {
    const oldest = keyCache.keys().next();
    if (!oldest.done) keyCache.delete(oldest.value);
  }
  keyCache.set(name, key);
  return key;
}
