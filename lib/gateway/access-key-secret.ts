import { createHmac, randomBytes } from 'node:crypto';

/** The secret half of a new access key: 256 random bits, base64url (43 characters). */
export function createAccessKeySecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What is stored of a secret: HMAC-SHA-256 under the installation's pepper, 32 bytes. A copied database or host
 * directory neither gives the secret back nor lets a guess be checked without the pepper.
 */
export function hashAccessKeySecret(pepper: Uint8Array, secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac('sha256', pepper).update(secret).digest());
}
