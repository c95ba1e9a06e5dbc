import { sha256Hex } from '../../../core/crypto';

/** A transaction's name: hexadecimal SHA-256 of nonce and creator (protoutil/proputils.go, ComputeTxID). */
export function computeTxId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256Hex(nonce, creator);
}
