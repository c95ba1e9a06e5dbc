import { recordAuditEvent, type AuditEntry } from '@/lib/audit';
import { createId, type Tx } from '@/lib/platform';
import { createSerial, encodePem, hashPublicKey, signCertificate, type HostAddresses } from '@/lib/x509';
import { encodeAttributes, type AttributeRequests } from './attributes';
import { openFabricIssuer, type Authority } from './ensure-fabric-authority';
import { caCodes, FabricCaError, unauthenticated } from './fabric-ca-error';
import { lifetimes, limits } from './limits';
import type { Actor } from './permissions';

export interface IssueTo {
  authority: Authority;
  identity: Actor & { id: string };
  /** DER SubjectPublicKeyInfo, proven. */
  publicKey: Uint8Array;
  addresses: HostAddresses;
  use: 'signing' | 'tls';
  attributeRequests?: AttributeRequests | undefined;
  /** `secret`: counts as an enrollment, of which an identity may have only so many. */
  by: 'secret' | 'certificate' | 'portal';
  actor?: AuditEntry['actor'];
  requestId?: string | undefined;
  nowMs: number;
}

export interface IssuedMemberCertificate {
  id: string;
  serial: string;
  notAfter: Date;
  /** PEM. */
  certificate: string;
}

/**
 * Signs a certificate of an identity and keeps it, in the caller's transaction. The names are the authority's decision: common
 * name, type and affiliation as the row says.
 * @throws FabricCaError when the identity was revoked or has no enrollment left meanwhile, and when the authority is full
 */
export async function issueTo(tx: Tx, { authority, identity, publicKey, addresses, use, attributeRequests, by, actor = { kind: 'SYSTEM' }, requestId, nowMs }: IssueTo): Promise<IssuedMemberCertificate> {
  await countEnrollment(tx, identity.id, by);
  if ((await tx.fabricCertificate.count({ where: { authorityId: authority.id, notAfter: { gt: new Date(nowMs) } } })) >= limits.certificates) {
    throw new FabricCaError(403, caCodes.certificates, `This authority has ${limits.certificates} certificates that have not ended, as many as it may`);
  }
  const attributes = encodeAttributes(identity.attributes, attributeRequests);
  const units = [identity.type, ...(identity.affiliation === '' ? [] : identity.affiliation.split('.'))];
  const serialBytes = createSerial();
  const notBeforeMs = Math.floor(Math.max(nowMs - lifetimes.skewMs, authority.notBefore.getTime()) / 1_000) * 1_000;
  const notAfterMs = Math.floor(Math.min(nowMs + lifetimes.memberMs, authority.notAfter.getTime()) / 1_000) * 1_000;
  const certificate = signCertificate({
    profile: { kind: 'member', use, ...addresses, ...(attributes === undefined ? {} : { attributes }) },
    subject: { commonName: identity.enrollmentId, units: [...new Set(units)] },
    publicKey,
    issuer: await openFabricIssuer(tx, authority.id),
    serial: serialBytes,
    notBeforeMs,
    notAfterMs,
  });
  const id = createId('fabricCertificate', nowMs);
  const serial = Buffer.from(serialBytes).toString('hex');
  const publicKeyHash = hashPublicKey(publicKey);
  const notAfter = new Date(notAfterMs);
  const { enrollmentId } = identity;
  await tx.fabricCertificate.create({ data: { id, authorityId: authority.id, serial, enrollmentId, publicKeyHash, certificate, notBefore: new Date(notBeforeMs), notAfter } });
  await recordAuditEvent(tx, {
    actor,
    organisationId: authority.organisationId,
    action: 'fabric-certificate.issue',
    subject: { type: 'fabric-certificate', id },
    details: { caName: authority.caName, enrollmentId, serial, publicKeyHash, use, by, notAfter: notAfter.toISOString() },
    requestId,
  });
  return { id, serial, notAfter, certificate: encodePem('CERTIFICATE', certificate) };
}

/** Also takes the identity's row for the transaction: a revocation at the same time comes before or finds the certificate. */
async function countEnrollment(tx: Tx, identityId: string, by: IssueTo['by']): Promise<void> {
  const counted =
    by === 'secret'
      ? await tx.$executeRaw`UPDATE "FabricIdentity" SET "enrollments" = "enrollments" + 1, "failedAttempts" = 0
          WHERE id = ${identityId} AND "revokedAt" IS NULL AND ("maxEnrollments" = -1 OR "enrollments" < "maxEnrollments")`
      : await tx.$executeRaw`UPDATE "FabricIdentity" SET "enrollments" = "enrollments" WHERE id = ${identityId} AND "revokedAt" IS NULL`;
  if (counted === 0) throw unauthenticated('the identity is revoked, gone, or has enrolled as often as it may');
}
