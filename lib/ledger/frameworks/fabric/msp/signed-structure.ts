import { verify } from 'node:crypto';
import { childrenOf, derTag, encodeDer, expectTag, readBits, readDer, readOid, type DerNode } from './der';
import { toLowS } from './ecdsa-signature';
import type { PublicKey } from './public-key';
import { FabricRefusal } from './refusal';

/** What a certificate and a revocation list have in common: a part that is signed, how, and the signature. */
export interface SignedStructure {
  readonly whole: Uint8Array;
  readonly toBeSigned: DerNode;
  readonly algorithm: DerNode;
  readonly signature: Uint8Array;
}

/** Go refuses SHA-1 in certificates since 1.18. */
const algorithms: Readonly<Record<string, { readonly kind: PublicKey['kind']; readonly hash: string }>> = {
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', hash: 'sha512' },
  '1.2.840.113549.1.1.11': { kind: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', hash: 'sha512' },
};

/** @throws FabricRefusal malformed */
export function readSigned(der: Uint8Array, what: string): SignedStructure {
  const parts = childrenOf(readDer(der, derTag.sequence, what), what);
  if (parts.length !== 3) throw new FabricRefusal('malformed', `${what} is not made of three parts`);
  return {
    whole: der,
    toBeSigned: expectTag(parts[0], derTag.sequence, what),
    algorithm: expectTag(parts[1], derTag.sequence, what),
    signature: readBits(parts[2], what),
  };
}

const ecdsaSignatures = '1.2.840.10045.4.';

const oidOf = (algorithm: DerNode): string => readOid(childrenOf(algorithm, 'An algorithm')[0], 'An algorithm');

export function isEcdsaSigned({ algorithm }: SignedStructure): boolean {
  return oidOf(algorithm).startsWith(ecdsaSignatures);
}

export function isSignedWith({ toBeSigned, algorithm, signature }: SignedStructure, key: PublicKey): boolean {
  const found = algorithms[oidOf(algorithm)];
  return found?.kind === key.kind && verify(found.hash, toBeSigned.whole, key.key, signature);
}

/**
 * The same structure with the signature's low S, so that the two forms that anybody can make of one ECDSA signature are one
 * (msp/cert.go, sanitizeECDSASignedCert). The signature must have been verified with this key.
 */
export function withLowS(structure: SignedStructure, key: PublicKey): Uint8Array {
  if (key.kind !== 'ecdsa') return structure.whole;
  const signature = toLowS(structure.signature, key.curve);
  if (signature === structure.signature) return structure.whole;
  return encodeDer(derTag.sequence, structure.toBeSigned.whole, structure.algorithm.whole, encodeDer(derTag.bitString, Buffer.of(0), signature));
}
