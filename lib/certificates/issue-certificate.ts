import { recordAuditEvent } from '@/lib/audit';
import { AppError, createId, getDb, isUniqueViolation, type Tx } from '@/lib/platform';
import { checkRequest, createSerial, encodePem, hashPublicKey, isX509Refusal, parsePublicKey, signCertificate, type HostAddresses } from '@/lib/x509';
import { isSameAddresses } from './addresses';
import { openIssuer } from './authority-key';
import { lifetimes } from './lifetimes';
import { requireIntermediate } from './require-intermediate';
import { toRevocationsUrl } from './revocations-url';
import { lockSubject, markRevoked } from './revoke-certificate';

export interface IssueCertificate {
  profile: 'HOST';
  /** The host that it names. */
  subjectId: string;
  /** A PKCS#10 request in PEM, whose own wishes are not looked at, or a public key as DER SubjectPublicKeyInfo. */
  key: { request: string } | { publicKey: Uint8Array };
  /** Beside its name: where it may be reached. */
  addresses: HostAddresses;
}

export interface IssuedCertificate {
  id: string;
  /** Hexadecimal digits. */
  serial: string;
  notAfter: Date;
  /** PEM: the certificate, then its intermediate. */
  chainPem: string;
}

export interface IssueOptions {
  nowMs?: number;
  createSerial?: () => Uint8Array;
}

const serialAttemptsMax = 3;

/**
 * Issues a certificate, or gives the one that is there: the same key, names and issuer, not revoked and not yet due for
 * renewal, so that a repeated call makes nothing new. A subject has one key: certificates of its former keys are revoked.
 * @throws AppError INVALID_INPUT for a bad request or key, CONFLICT for a key that was reported as compromised,
 *   UNAVAILABLE before the authority is made
 */
export async function issueCertificate(input: IssueCertificate, { nowMs = Date.now(), createSerial: newSerial = createSerial }: IssueOptions = {}): Promise<IssuedCertificate> {
  const publicKey = readPublicKey(input.key);
  for (let attempt = 1; ; attempt++) {
    try {
      return await getDb().$transaction((tx) => issue(tx, { ...input, publicKey, serial: newSerial(), nowMs }));
    } catch (error) {
      // Two of 2^158 are never the same, unless the random source is broken.
      if (!isUniqueViolation(error) || attempt === serialAttemptsMax) throw error;
    }
  }
}

function readPublicKey(key: IssueCertificate['key']): Uint8Array {
  try {
    if ('request' in key) return checkRequest(key.request);
    parsePublicKey(key.publicKey);
    return key.publicKey;
  } catch (error) {
    if (!isX509Refusal(error)) throw error;
    throw new AppError('INVALID_INPUT', { fields: { key: error.message } }, { publicMessage: error.message, cause: error });
  }
}

interface Issue extends Omit<IssueCertificate, 'key'> {
  publicKey: Uint8Array;
  serial: Uint8Array;
  nowMs: number;
}

async function issue(tx: Tx, { profile, subjectId, publicKey, addresses, serial: serialBytes, nowMs }: Issue): Promise<IssuedCertificate> {
  await lockSubject(tx, subjectId);
  const authority = await requireIntermediate(tx, nowMs);
  const publicKeyHash = hashPublicKey(publicKey);
  if (await isKeyCompromised(publicKeyHash, tx)) throw new AppError('CONFLICT', { subject: 'public key' }, { publicMessage: 'This key was reported as compromised. Make a new one.' });

  const held = await tx.certificate.findMany({ where: { profile, subjectId, revokedAt: null, notAfter: { gt: new Date(nowMs) } }, orderBy: { createdAt: 'desc' } });
  const chainOf = (certificate: Uint8Array) => encodePem('CERTIFICATE', certificate) + encodePem('CERTIFICATE', authority.certificate);
  const usable = held.find(
    (row) =>
      row.publicKeyHash === publicKeyHash && row.authorityId === authority.id && row.notAfter.getTime() - nowMs > lifetimes.hostRenewMs && isSameAddresses(row.addresses, addresses),
  );
  if (usable) return { id: usable.id, serial: usable.serial, notAfter: usable.notAfter, chainPem: chainOf(usable.certificate) };

  const notAfterMs = Math.floor(Math.min(nowMs + lifetimes.hostMs, authority.notAfter.getTime()) / 1_000) * 1_000;
  const notBeforeMs = Math.floor((nowMs - lifetimes.skewMs) / 1_000) * 1_000;
  const certificate = signCertificate({
    profile: { kind: 'host', hostId: subjectId, ...addresses },
    subject: subjectId,
    publicKey,
    issuer: openIssuer('certificate-authority', authority),
    serial: serialBytes,
    notBeforeMs,
    notAfterMs,
    revocationsUrl: toRevocationsUrl(authority.id),
  });
  const id = createId('certificate', nowMs);
  const serial = Buffer.from(serialBytes).toString('hex');
  const notAfter = new Date(notAfterMs);
  const stored = { dnsNames: [...addresses.dnsNames], ipAddresses: [...addresses.ipAddresses] };
  await tx.certificate.create({ data: { id, authorityId: authority.id, serial, profile, subjectId, publicKeyHash, addresses: stored, certificate, notBefore: new Date(notBeforeMs), notAfter } });
  await recordAuditEvent(tx, {
    actor: { kind: 'SYSTEM' },
    action: 'certificate.issue',
    subject: { type: 'certificate', id },
    details: { profile, subjectId, serial, publicKeyHash, notAfter: notAfter.toISOString(), ...stored },
  });
  const former = held.filter((row) => row.publicKeyHash !== publicKeyHash);
  await markRevoked(tx, former, { reason: 'SUPERSEDED', actor: { kind: 'SYSTEM' }, nowMs });
  return { id, serial, notAfter, chainPem: chainOf(certificate) };
}

/** True when a certificate of this key was revoked because others may hold the key. */
export async function isKeyCompromised(publicKeyHash: string, tx: Pick<Tx, 'certificate'> = getDb()): Promise<boolean> {
  return (await tx.certificate.findFirst({ where: { publicKeyHash, revocationReason: 'KEY_COMPROMISE' }, select: { id: true } })) !== null;
}
