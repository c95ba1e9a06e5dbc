import { verify } from 'node:crypto';
import { checkLowS } from './ecdsa-signature';
import type { Identity } from './msp';
import { VerifiedSignatures } from './verified-signatures';

const verified = new VerifiedSignatures();

/**
 * Did this identity sign `message`? Undefined when it did, else the reason. ECDSA (DER) over the MSP's hash, low S alone: of
 * the two signatures that anybody can make from one, a single one counts (bccsp/sw/ecdsa.go).
 */
export function verifySignature(identity: Identity, message: Uint8Array, signature: Uint8Array): string | undefined {
  const { msp, certificate } = identity;
  const { publicKey } = certificate;
  const undetermined = (reason: string) => `could not determine the validity of the signature: ${reason}`;
  if (publicKey.kind !== 'ecdsa') return undetermined('an RSA key signs nothing in Fabric');
  const reason = checkLowS(signature, publicKey.curve);
  if (reason !== undefined) return undetermined(reason);
  const { key } = publicKey;
  return verified.check(identity, message, signature, () => verify(msp.signatureHash, message, key, signature)) ? undefined : 'The signature is invalid';
}
