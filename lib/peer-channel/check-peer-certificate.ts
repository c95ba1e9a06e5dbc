import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { Credentials } from './credentials';
import { hostIdOf } from './host-name';
import type { RefusalReason } from './refusals';

/** A host that proved who it is. */
export interface PeerProof {
  readonly hostId: string;
  /** When the first certificate of its chain ends, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** Its certificate first; for looking again when revocation lists change. */
  readonly chain: readonly X509Certificate[];
}

export type PeerCheck = { readonly proof: PeerProof } | { readonly refusal: RefusalReason };

/** The portal has one authority between root and hosts; room for its replacement. */
const chainMax = 4;

/** The certificates that the other side of a connection sent, its own first. */
export function peerChainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let at = socket.getPeerX509Certificate(); at && chain.length < chainMax; at = at.issuerCertificate) chain.push(at);
  return chain;
}

/** The same from what `checkServerIdentity` is given: there the last one is its own issuer. */
export function chainOfPeerCertificate(leaf: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let at: DetailedPeerCertificate | undefined = leaf; at?.raw && chain.length < chainMax; at = at.issuerCertificate === at ? undefined : at.issuerCertificate) chain.push(new X509Certificate(at.raw));
  return chain;
}

/**
 * Looks at a certificate whose chain TLS has verified up to the root: whose it is, and whether any of its authorities
 * took it back. TLS is told no revocation lists: it would refuse everybody as soon as one is past its next update, and
 * connections that are open already would not be looked at again.
 */
export function checkPeerCertificate(sent: readonly X509Certificate[], credentials: Credentials, nowMs: number): PeerCheck {
  const hostId = hostIdOf(sent[0]?.subjectAltName);
  if (hostId === undefined) return { refusal: 'no-host-name' };
  const chain = sent.filter((certificate) => certificate.fingerprint256 !== credentials.root.fingerprint256);
  const proof = { hostId, chain, expiresAtMs: Math.min(...chain.map((certificate) => Date.parse(certificate.validTo))) };
  const refusal = refusalOf(proof, credentials, nowMs);
  return refusal === undefined ? { proof } : { refusal };
}

/** Why a proof that was good once is so no longer. */
export function refusalOf({ chain, expiresAtMs }: PeerProof, { root, revocations }: Credentials, nowMs: number): RefusalReason | undefined {
  if (nowMs > expiresAtMs) return 'expired';
  for (const [at, certificate] of chain.entries()) {
    const issuer = chain[at + 1] ?? root;
    // The peer chose what it sent beside its chain: only who signed a certificate speaks for it.
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return 'foreign-root';
    const status = revocations.statusOf(certificate, issuer);
    if (status !== 'good') return status === 'revoked' ? 'revoked' : 'unknown-status';
  }
  return undefined;
}
