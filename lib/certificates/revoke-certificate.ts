import { recordAuditEvent, type AuditEntry } from '@/lib/audit';
import { AppError, getDb, type Tx } from '@/lib/platform';
import type { CertificateView } from './client';
import { rowToView } from './queries';
import { signNewList } from './revocation-list';

export interface RevokeCertificate {
  certificateId: string;
  /** KEY_COMPROMISE: no certificate is issued for its key again. */
  reason: 'SUPERSEDED' | 'KEY_COMPROMISE';
  actor: AuditEntry['actor'];
  requestId?: string;
}

/**
 * Revokes a certificate: from here on it stands in its authority's list, which is signed anew in the same transaction. A
 * key that is compromised takes every certificate that was issued for it along. A repetition changes nothing, except
 * that SUPERSEDED becomes KEY_COMPROMISE when the worse turns out.
 * @throws AppError NOT_FOUND, CONFLICT for one that has ended
 */
export async function revokeCertificate({ certificateId, reason, actor, requestId }: RevokeCertificate, { nowMs = Date.now() }: { nowMs?: number } = {}): Promise<CertificateView> {
  return getDb().$transaction(async (tx) => {
    const { subjectId } = await getRow(tx, certificateId);
    await lockSubject(tx, subjectId);
    const row = await getRow(tx, certificateId);
    if (row.revocationReason === 'KEY_COMPROMISE' || row.revocationReason === reason) return rowToView(row);
    if (row.notAfter.getTime() <= nowMs) {
      throw new AppError('CONFLICT', { subject: 'certificate', state: 'expired' }, { publicMessage: 'This certificate has ended; nobody takes it any more.' });
    }
    const ofKey = { publicKeyHash: row.publicKeyHash, notAfter: { gt: new Date(nowMs) }, OR: [{ revocationReason: null }, { revocationReason: 'SUPERSEDED' as const }] };
    const rows = reason === 'KEY_COMPROMISE' ? await tx.certificate.findMany({ where: ofKey, orderBy: { id: 'asc' } }) : [row];
    await markRevoked(tx, rows, { reason, actor, requestId, nowMs });
    return rowToView(await getRow(tx, certificateId));
  });
}

async function getRow(tx: Tx, id: string) {
  const row = await tx.certificate.findUnique({ where: { id } });
  if (!row) throw new AppError('NOT_FOUND', { subject: 'certificate' }, { publicMessage: 'There is no such certificate.' });
  return row;
}

/** One at a time for a subject: two workers that renew the same host make one certificate. */
export async function lockSubject(tx: Tx, subjectId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`certificate:${subjectId}`}))`;
}

interface Mark {
  reason: 'SUPERSEDED' | 'KEY_COMPROMISE';
  actor: AuditEntry['actor'];
  requestId?: string | undefined;
  nowMs: number;
}

/** Rows, audit rows and the lists of their authorities, within the caller's transaction. */
export async function markRevoked(tx: Tx, rows: readonly { id: string; authorityId: string; serial: string; subjectId: string; revokedAt: Date | null }[], { reason, actor, requestId, nowMs }: Mark): Promise<void> {
  for (const { id, serial, subjectId, revokedAt } of rows) {
    await tx.certificate.update({ where: { id }, data: { revokedAt: revokedAt ?? new Date(nowMs), revocationReason: reason } });
    await recordAuditEvent(tx, { actor, action: 'certificate.revoke', subject: { type: 'certificate', id }, details: { reason, serial, subjectId }, requestId });
  }
  for (const authorityId of new Set(rows.map((row) => row.authorityId))) await signNewList(tx, authorityId, nowMs);
}
