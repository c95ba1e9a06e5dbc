import { verify } from 'node:crypto';
import { checkLowS } from './ecdsa-signature';
import type { Identity } from './msp';

/**
 * Did this identity sign `message`? Undefined when it did, else the reason. ECDSA (DER) over the MSP's hash, low S alone: of
 * the two signatures that anybody can make from one, a single one counts (bccsp/sw/ecdsa.go).
 */
export function verifySignature({ msp, certificate: { publicKey } }: Identity, message: Uint8Array, signature: Uint8Array): string | undefined {
  const undetermined = (reason: string) => `could not determine the validity of the signature: ${reason}`;
  if (publicKey.kind !== 'ecdsa') return undetermined('an RSA key signs nothing in Fabric');
  const reason = checkLowS(signature, publicKey.curve);
  if (reason !== undefined) return undetermined(reason);
  return verify(msp.signatureHash, message, publicKey.key, signature) ? undefined : 'The signature is invalid';
}
