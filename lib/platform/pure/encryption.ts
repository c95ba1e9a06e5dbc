import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const formatVersion = 1;

/**
 * Encrypts a secret under a 32-byte key with AES-256-GCM.
 * Layout: version (1 byte) | nonce (12) | tag (16) | ciphertext. `context` is authenticated, not stored: a ciphertext
 * that is moved to another row does not decrypt there.
 */
export function encryptSecret(key: Uint8Array, plaintext: Uint8Array, context: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.of(formatVersion), nonce, cipher.getAuthTag(), body]));
}

/** Opposite of {@link encryptSecret}; throws when key, context or bytes do not belong together. */
export function decryptSecret(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array {
  if (sealed.length < 29 || sealed[0] !== formatVersion) throw new Error('not an encrypted secret of a known version');
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(1, 13)).setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(13, 29));
  return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(29)), decipher.final()]));
}
