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

/** A fresh P-256 key, opened, and its private half as DER PKCS #8. */
export function createKey(): { readonly signer: Signer; readonly privateKey: Uint8Array } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { signer: signerOf(privateKey, publicKey), privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }) };
}

/** Opens a private key (DER PKCS #8). Throws when it is not a P-256 key. */
export function openSigner(privateKeyDer: Uint8Array): Signer {
  const privateKey = createPrivateKey({ key: Buffer.from(privateKeyDer), format: 'der', type: 'pkcs8' });
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('not a P-256 private key');
  return signerOf(privateKey, createPublicKey(privateKey));
}

function signerOf(privateKey: KeyObject, publicKey: KeyObject): Signer {
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }),
    sign: (statement) => sign('sha256', statement, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
}

const SIGNATURE_BYTES = 64;
const KEY_CACHE_MAX = 4_096;
/** Importing a key each time halves the speed of verifying. Oldest first out. */
const keyCache = new Map<string, KeyObject>();

/** True when the bytes are a P-256 public key as DER SubjectPublicKeyInfo. */
export function isPublicKey(publicKey: Uint8Array): boolean {
  return findKey(publicKey) !== undefined;
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
  let key: KeyObject;
  try {
    key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    // Whatever OpenSSL says about foreign bytes, they are not a key.
    return undefined;
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
  if (Buffer.compare(key.export({ format: 'der', type: 'spki' }), der) !== 0) return undefined;
  if (keyCache.size >= KEY_CACHE_MAX) {
    const oldest = keyCache.keys().next();
    if (!oldest.done) keyCache.delete(oldest.value);
  }
  keyCache.set(name, key);
  return key;
}
