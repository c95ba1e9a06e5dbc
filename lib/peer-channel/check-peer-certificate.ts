import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { hostIdOf, isSignedBy, isX509Refusal, readCertificate, type CertificateFacts } from '@/lib/x509';
import type { Credentials } from './credentials';
import type { RefusalReason } from './refusals';

/** A host that proved who it is. */
export interface PeerProof {
  readonly hostId: string;
  /** Its certificate first, without the root; for looking again when time has gone or revocation lists have changed. */
  readonly chain: readonly CertificateFacts[];
}

export type PeerCheck = { readonly proof: PeerProof } | { readonly refusal: RefusalReason };

/** The portal has one authority between root and hosts; room for another, and for the root if it is sent. */
const chainMax = 4;

/** The certificates (DER) that the other side of a connection sent, its own first. */
export function peerChainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  for (let at = socket.getPeerX509Certificate(); at && chain.length < chainMax; at = at.issuerCertificate) chain.push(at.raw);
  return chain;
}

/** The same from what `checkServerIdentity` is given: there the last one is its own issuer. */
export function chainOfPeerCertificate(leaf: DetailedPeerCertificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  for (let at: DetailedPeerCertificate | undefined = leaf; at?.raw && chain.length < chainMax; at = at.issuerCertificate === at ? undefined : at.issuerCertificate) chain.push(at.raw);
  return chain;
}

/**
 * Looks at a chain that TLS has verified up to the root: whose it is, and whether any of its authorities took it back. TLS
 * itself is told no revocation lists: it would look at them when a connection is opened and never again.
 */
export function checkPeerCertificate(sent: readonly Uint8Array[], credentials: Credentials, nowMs: number): PeerCheck {
  try {
    const certificates = sent.map((der) => readCertificate(der));
    const hostId = certificates[0] && hostIdOf(certificates[0]);
    if (hostId === undefined) return { refusal: 'no-host-name' };
    const proof = { hostId, chain: certificates.filter(({ der }) => Buffer.compare(der, credentials.root.der) !== 0) };
    const refusal = refusalOf(proof, credentials, nowMs);
    return refusal === undefined ? { proof } : { refusal };
  } catch (error) {
    if (!isX509Refusal(error)) throw error;
    return { refusal: 'unusable-certificate' };
  }
}

/** Why a proof that was good once is so no longer. */
export function refusalOf({ chain }: PeerProof, { root, revocations }: Credentials, nowMs: number): RefusalReason | undefined {
  for (const [at, certificate] of chain.entries()) {
    const issuer = chain[at + 1] ?? root;
    // The peer chose what it sent beside its chain: only who signed a certificate speaks for it.
    if (certificate.issuer !== issuer.subject || !isSignedBy(certificate, issuer)) return 'foreign-root';
    if (nowMs < certificate.notBeforeMs) return 'not-yet-valid';
    if (nowMs > certificate.notAfterMs) return 'expired';
    const status = revocations.statusOf(certificate, issuer, nowMs);
    if (status !== 'good') return status === 'revoked' ? 'revoked' : 'unknown-status';
  }
  return undefined;
}
