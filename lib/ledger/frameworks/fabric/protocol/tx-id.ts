import { createHash } from 'node:crypto';

/** A transaction's name: hexadecimal SHA-256 of nonce and creator (protoutil/proputils.go, ComputeTxID). */
export function computeTxId(nonce: Uint8Array, creator: Uint8Array): string {
  return createHash('sha256').update(nonce).update(creator).digest('hex');
}
