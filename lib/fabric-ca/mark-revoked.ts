import { recordAuditEvent, type AuditEntry } from '@/lib/audit';
import type { Tx } from '@/lib/platform';
import type { Authority } from './ensure-fabric-authority';

export interface Marking {
  authority: Pick<Authority, 'id' | 'organisationId' | 'caName' | 'keyIdentifier'>;
  /** Code of RFC 5280 section 5.3.1. */
  reason: number;
  /** Who revokes, for the audit rows. */
  by: string;
  actor?: AuditEntry['actor'];
  requestId?: string | undefined;
  nowMs: number;
}

/** Of the certificates of these identities all that are not revoked yet, within the caller's transaction; gives their serials. */
export async function markCertificatesRevoked(tx: Tx, where: { enrollmentId: { in: string[] } } | { id: string }, marking: Marking): Promise<string[]> {
  const { authority, reason, by, actor = { kind: 'SYSTEM' }, requestId, nowMs } = marking;
  const rows = await tx.fabricCertificate.findMany({ where: { ...where, authorityId: authority.id, revokedAt: null }, select: { id: true, serial: true, enrollmentId: true }, orderBy: { id: 'asc' } });
  if (rows.length === 0) return [];
  await tx.fabricCertificate.updateMany({ where: { id: { in: rows.map(({ id }) => id) }, revokedAt: null }, data: { revokedAt: new Date(nowMs), revocationReason: reason } });
  for (const { id, serial, enrollmentId } of rows) {
    const details = { caName: authority.caName, enrollmentId, serial, reason, by };
    await recordAuditEvent(tx, { actor, organisationId: authority.organisationId, action: 'fabric-certificate.revoke', subject: { type: 'fabric-certificate', id }, details, requestId });
  }
  return rows.map(({ serial }) => serial);
}

/**
 * An identity that is out of use for good, with its certificates. Its row comes first: an enrollment under way holds it, and
 * its certificate is found after it.
 */
export async function markIdentityRevoked(tx: Tx, identity: { id: string; enrollmentId: string }, marking: Marking): Promise<string[]> {
  const { authority, by, actor = { kind: 'SYSTEM' }, requestId, nowMs } = marking;
  const { count } = await tx.fabricIdentity.updateMany({ where: { id: identity.id, revokedAt: null }, data: { revokedAt: new Date(nowMs) } });
  if (count > 0) {
    const details = { caName: authority.caName, enrollmentId: identity.enrollmentId, by };
    await recordAuditEvent(tx, { actor, organisationId: authority.organisationId, action: 'fabric-identity.revoke', subject: { type: 'fabric-identity', id: identity.id }, details, requestId });
  }
  return markCertificatesRevoked(tx, { enrollmentId: { in: [identity.enrollmentId] } }, marking);
}
