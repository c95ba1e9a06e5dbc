import { createPublicKey, verify } from 'node:crypto';
import type { BlockCertificate } from '@/lib/control';

const prefix = 'chainworks/finality/1';

/**
 * The bytes that each signature of a finality certificate is over, written down here a second time on purpose: the
 * portal checks what city nodes say by their published form, not by their program. Texts with their length before them
 * (4 bytes), height 6 bytes, round 4 bytes, hash 32 bytes; integers big-endian.
 */
export function finalityStatement(chain: string, { height, round, hash }: Pick<BlockCertificate, 'height' | 'round' | 'hash'>): Buffer {
  const place = Buffer.alloc(10);
  place.writeUIntBE(height, 0, 6);
  place.writeUInt32BE(round, 6);
  return Buffer.concat([text(prefix), text(chain), place, Buffer.from(hash, 'hex')]);
}

/** True when the signature (P-256 over SHA-256, r and s as 64 bytes) is that key's. Never throws. */
export function isFinalitySignature(statement: Buffer, { publicKey, signature }: { publicKey: string; signature: string }): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' && verify('sha256', statement, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64'));
  } catch {
    // What is no key signs nothing.
    return false;
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
