import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { X509Refusal } from './refusal';

/** DER of a P-256 SubjectPublicKeyInfo with a named curve and an uncompressed point is this long; no other form is taken. */
const publicKeyBytes = 91;

/** A new P-256 private key. Made by way of bytes: see `createKey` in lib/ledger/core/crypto.ts for how an object that is exported right away may end. */
export function createPrivateKey256(): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1', privateKeyEncoding: { type: 'pkcs8', format: 'der' }, publicKeyEncoding: { type: 'spki', format: 'der' } });
  return createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
}

/** DER SubjectPublicKeyInfo of a key's public half. */
export function publicKeyOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
}

/**
 * A public key from DER SubjectPublicKeyInfo. Its bytes are its identity (hashes, comparisons), so one key has one form.
 * @throws X509Refusal malformed, algorithm
 */
export function parsePublicKey(der: Uint8Array): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch (error) {
    throw new X509Refusal('malformed', 'The public key cannot be read, or is no point of its curve.', { cause: error });
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new X509Refusal('algorithm', 'The key must be of the curve P-256.');
  }
  if (der.length !== publicKeyBytes || Buffer.compare(publicKeyOf(key), der) !== 0) {
    throw new X509Refusal('malformed', 'The public key must name its curve and hold an uncompressed point.');
  }
  return key;
}

/** SHA-256 of DER SubjectPublicKeyInfo, hexadecimal digits: names a key in rows and reports. */
export function hashPublicKey(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

/** The key identifier of RFC 5280 section 4.2.1.2 (1): SHA-1 of the point, a name and no protection. */
export function keyIdentifierOf(publicKeyDer: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha1').update(publicKeyDer.subarray(publicKeyBytes - 65)).digest());
}
