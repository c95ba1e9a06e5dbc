import { createHash } from 'node:crypto';
import { readCertificate, readPemCertificate, type Certificate } from './certificate';
import { findChain, type AuthorityPool } from './find-chain';
import type { Identity, Msp } from './msp';
import { FabricRefusal } from './refusal';
import { isEcdsaSigned, isSignedWith, withLowS } from './signed-structure';

/**
 * The identity of a certificate (PEM) under an MSP. Refuses one that leads to none of the MSP's roots; whether it is revoked,
 * or has the units it must have, is asked of `validateIdentity` (msp/identities.go, newIdentity).
 * @throws FabricRefusal malformed, limit, not-allowed
 */
export function createIdentity(msp: Msp, pem: Uint8Array): Identity {
  const certificate = sanitize(readPemCertificate(pem), msp);
  return { msp, certificate, id: createHash(msp.identityHash).update(certificate.der).digest('hex') };
}

/**
 * The certificate with its signature in low-S form, after its chain was found. One that is not signed with ECDSA passes
 * as it is (msp/mspimpl.go, sanitizeCert).
 * @throws FabricRefusal not-allowed
 */
export function sanitize(certificate: Certificate, pool: AuthorityPool): Certificate {
  if (!isEcdsaSigned(certificate.signed)) return certificate;
  if (isSelfSigned(certificate)) {
    const own = lowered(certificate, certificate);
    const result = findChain(own, { roots: [own], intermediates: pool.intermediates });
    if ('reason' in result) throw new FabricRefusal('not-allowed', result.reason);
    return own;
  }
  const result = findChain(certificate, pool);
  if ('reason' in result) throw new FabricRefusal('not-allowed', result.reason);
  const [, parent] = result.chain;
  if (!parent) throw new FabricRefusal('not-allowed', 'failed to traverse certificate verification chain for leaf or intermediate certificate');
  return lowered(certificate, parent);
}

function isSelfSigned(certificate: Certificate): boolean {
  return certificate.isAuthority && certificate.maySignCertificates && isSignedWith(certificate.signed, certificate.publicKey);
}

function lowered(certificate: Certificate, parent: Certificate): Certificate {
  const der = withLowS(certificate.signed, parent.publicKey);
  return der === certificate.der ? certificate : readCertificate(der);
}
