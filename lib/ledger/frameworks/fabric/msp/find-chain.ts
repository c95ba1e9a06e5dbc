import { bytesToHex } from '@/lib/platform/pure/bytes';
import type { Certificate } from './certificate';
import { isSignedWith } from './signed-structure';

/** Authorities to which a certificate may lead. */
export interface AuthorityPool {
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
}

/** The one chain, from the certificate to a root, or why there is none. */
export type ChainResult = { readonly chain: readonly [Certificate, ...Certificate[]] } | { readonly reason: string };

/** Go's own bound on the work for one certificate. */
const signatureChecksMax = 100;
const second = 1_000;
const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyUsage = '2.5.29.37.0';

const key = (certificate: Certificate): string => bytesToHex(certificate.der);

/**
 * The validation chain of a certificate, by the rules of Go's Certificate.Verify as msp/mspimpl.go calls it: names, signatures,
 * constraints, and the time at which every link must be valid, one second after the certificate begins, whatever the clock
 * says. Exactly one chain may exist; with two it would be unclear who owns the identity.
 */
export function findChain(certificate: Certificate, pool: AuthorityPool): ChainResult {
  const invalid = (reason: string): ChainResult => ({ reason: `the supplied identity is not valid: ${reason}` });
  const ownReason = checkLink(certificate, [], certificate.notBeforeMs + second);
  if (ownReason !== undefined) return invalid(ownReason);
  if (pool.roots.some((root) => key(root) === key(certificate))) return { chain: [certificate] };
  const search = new ChainSearch(pool, certificate.notBeforeMs + second);
  search.extend([certificate]);
  const usable = search.chains.filter(isForServers);
  if (usable.length === 1 && usable[0]) return { chain: usable[0] };
  if (usable.length > 1) return { reason: `this MSP only supports a single validation chain, got ${usable.length}` };
  if (search.chains.length > 0) return invalid('x509: certificate specifies an incompatible key usage');
  return invalid(search.reason ?? 'x509: certificate signed by unknown authority');
}

type Links = readonly [Certificate, ...Certificate[]];

class ChainSearch {
  readonly chains: Links[] = [];
  reason: string | undefined;
  #checks = 0;

  constructor(
    private readonly pool: AuthorityPool,
    private readonly atMs: number,
  ) {}

  /** Tries every authority above the last link. Ends: an authority stands in a chain once, and the checks are counted. */
  extend(links: Links): void {
    for (const root of this.pool.roots) if (this.#mayFollow(links, root)) this.chains.push([...links, root]);
    for (const authority of this.pool.intermediates) if (this.#mayFollow(links, authority)) this.extend([...links, authority]);
  }

  #mayFollow(links: Links, authority: Certificate): boolean {
    const child = links.at(-1) ?? links[0];
    if (child.issuer !== authority.subject) return false;
    if (links.some((link) => link.subject === authority.subject && bytesToHex(link.publicKeyDer) === bytesToHex(authority.publicKeyDer))) return false;
    this.#checks += 1;
    if (this.#checks > signatureChecksMax) {
      this.reason = 'x509: signature check attempts limit reached while verifying certificate chain';
      return false;
    }
    const reason = checkSigner(child, authority) ?? checkLink(authority, links, this.atMs);
    this.reason ??= reason;
    return reason === undefined;
  }
}

/** CheckSignatureFrom of Go's crypto/x509. */
function checkSigner(child: Certificate, authority: Certificate): string | undefined {
  if (!authority.hasConstraints || !authority.isAuthority || !authority.maySignCertificates) {
    return 'x509: invalid signature: parent certificate cannot sign this kind of certificate';
  }
  return isSignedWith(child.signed, authority.publicKey) ? undefined : 'x509: certificate signed by unknown authority (verification of the signature failed)';
}

/** isValid of Go's crypto/x509. `below`: from the end to the link before this one. */
function checkLink(certificate: Certificate, below: readonly Certificate[], atMs: number): string | undefined {
  const at = new Date(atMs).toISOString();
  if (certificate.unhandledCritical !== undefined) return `x509: unhandled critical extension (${certificate.unhandledCritical})`;
  if (atMs < certificate.notBeforeMs) return `x509: certificate has expired or is not yet valid: current time ${at} is before ${new Date(certificate.notBeforeMs).toISOString()}`;
  if (atMs > certificate.notAfterMs) return `x509: certificate has expired or is not yet valid: current time ${at} is after ${new Date(certificate.notAfterMs).toISOString()}`;
  if (certificate.hasConstraints && certificate.pathLength !== undefined && below.length - 1 > certificate.pathLength) return 'x509: too many intermediates for path length constraint';
  return undefined;
}

/** Fabric names no use, and Go then asks for that of a server, where a certificate names uses at all. */
function isForServers(links: Links): boolean {
  return links.every(({ extendedKeyUsage: uses }) => uses.length === 0 || uses.includes(anyUsage) || uses.includes(serverAuth));
}
