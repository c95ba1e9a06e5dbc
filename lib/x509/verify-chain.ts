import { id_kp_clientAuth, id_kp_serverAuth } from '@peculiar/asn1-x509';
import { hostIdOf } from './host-name';
import { decodePem } from './pem';
import { isSignedBy, readCertificate, type CertificateFacts } from './read-certificate';
import { isListOf, readRevocationLists, type RevocationListFacts } from './read-revocation-list';
import { X509Refusal } from './refusal';

export interface VerifyChain {
  /** PEM: the end's certificate, then the authorities up to the root, which may be left out. */
  readonly chain: string;
  /** PEM of the one root that is trusted. */
  readonly root: string;
  /** PEM of the current list of every authority in the chain, the root's included. */
  readonly revocations: string;
  readonly nowMs: number;
  /** The host that it must name. */
  readonly hostId?: string;
}

/** End, intermediate and root; one more for a cross-signed root. */
const chainMax = 4;
const chainCharactersMax = 64 * 1024;

/** The certificates of a PEM text, as they stand there. @throws X509Refusal */
export function readChain(pem: string): CertificateFacts[] {
  return decodePem(pem, 'CERTIFICATE', { blocksMax: chainMax, charactersMax: chainCharactersMax }).map(readCertificate);
}

/**
 * Verifies a host's certificate up to the pinned root (RFC 5280 section 6): signatures, names, times, constraints, use and
 * revocation of every link. Gives what the host's certificate says.
 * @throws X509Refusal with the reason
 */
export function verifyChain({ chain, root, revocations, nowMs, hostId }: VerifyChain): CertificateFacts {
  const [anchor, ...others] = readChain(root);
  if (!anchor || others.length > 0) throw new X509Refusal('malformed', 'There must be one root certificate.');
  const links = readChain(chain).filter(({ der }) => Buffer.compare(der, anchor.der) !== 0);
  const [end] = links;
  if (!end) throw new X509Refusal('usage', 'The chain holds no certificate of a host.');
  const lists = revocations === '' ? [] : readRevocationLists(revocations);
  const path = [...links, anchor];
  // Who signed it comes first: what a stranger's certificate says of itself explains nothing.
  links.forEach((certificate, index) => checkLink(certificate, path[index + 1] ?? anchor));
  path.forEach((certificate, index) => {
    checkTime(certificate, nowMs);
    if (index > 0) checkAuthority(certificate, index - 1);
  });
  links.forEach((certificate, index) => checkRevocation(certificate, path[index + 1] ?? anchor, lists, nowMs));
  checkHost(end, hostId);
  return end;
}

function checkTime({ commonName, notBeforeMs, notAfterMs }: CertificateFacts, nowMs: number): void {
  const now = new Date(nowMs).toISOString();
  if (nowMs < notBeforeMs) throw new X509Refusal('not-yet-valid', `The certificate of ${commonName} begins ${new Date(notBeforeMs).toISOString()}, and it is ${now}. Set the clock.`);
  if (nowMs > notAfterMs) throw new X509Refusal('expired', `The certificate of ${commonName} ended ${new Date(notAfterMs).toISOString()}, and it is ${now}.`);
}

/** `below`: how many authorities stand between it and the end. */
function checkAuthority({ commonName, isAuthority, pathLength, keyUsage }: CertificateFacts, below: number): void {
  if (!isAuthority || !keyUsage.includes('keyCertSign')) throw new X509Refusal('usage', `${commonName} is no certificate authority.`);
  if (pathLength !== undefined && below > pathLength) throw new X509Refusal('usage', `${commonName} may not sign for so long a chain.`);
}

function checkLink(certificate: CertificateFacts, issuer: CertificateFacts): void {
  const isNamed = certificate.issuer === issuer.subject && certificate.authorityKeyIdentifier === issuer.keyIdentifier;
  if (!isNamed) throw new X509Refusal('foreign', `The certificate of ${certificate.commonName} was not issued by ${issuer.commonName}.`);
  if (!isSignedBy(certificate, issuer)) throw new X509Refusal('signature', `The certificate of ${certificate.commonName} is not signed by ${issuer.commonName}.`);
}

function checkRevocation({ commonName, serial }: CertificateFacts, issuer: CertificateFacts, lists: readonly RevocationListFacts[], nowMs: number): void {
  const own = lists.filter((list) => isListOf(list, issuer));
  // Whatever list says so: an older one that is added does not take it back.
  if (own.some(({ revoked }) => revoked.has(serial))) throw new X509Refusal('revoked', `The certificate of ${commonName} is revoked.`);
  if (own.some(({ thisUpdateMs, nextUpdateMs }) => thisUpdateMs <= nowMs && nowMs <= nextUpdateMs)) return;
  throw new X509Refusal('unknown-status', `No current revocation list of ${issuer.commonName} is at hand, so ${commonName} may be revoked.`);
}

function checkHost(end: CertificateFacts, hostId: string | undefined): void {
  const isForChannel = !end.isAuthority && end.keyUsage.includes('digitalSignature') && [id_kp_serverAuth, id_kp_clientAuth].every((oid) => end.extendedKeyUsage.includes(oid));
  if (!isForChannel) throw new X509Refusal('usage', `The certificate of ${end.commonName} is not made for the channel of a host.`);
  const named = hostIdOf(end);
  if (named === undefined) throw new X509Refusal('name', 'The certificate names no host.');
  if (hostId !== undefined && named !== hostId) throw new X509Refusal('name', `The certificate is of host ${named}, not of ${hostId}.`);
}
