import { AppError, getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { encodePem, type HostAddresses } from '@/lib/x509';
import { isSameAddresses } from './addresses';
import type { CertificateView, ListCertificatesInput } from './client';
import { lifetimes } from './lifetimes';
import { authorityMissing } from './require-intermediate';

export interface AuthorityView {
  /** What hosts pin. */
  rootPem: string;
  /** Intermediates that have not ended, the one that signs now first. */
  intermediatesPem: string;
}

/** @throws AppError UNAVAILABLE before the authority is made */
export async function getAuthority({ nowMs = Date.now() }: { nowMs?: number } = {}): Promise<AuthorityView> {
  const rows = await findAuthorities(nowMs);
  const pemOf = (wanted: 'ROOT' | 'INTERMEDIATE') => rows.flatMap(({ kind, certificate }) => (kind === wanted ? [encodePem('CERTIFICATE', certificate)] : [])).join('');
  return { rootPem: pemOf('ROOT'), intermediatesPem: pemOf('INTERMEDIATE') };
}

export interface RevocationsView {
  /** One block for each authority that has not ended. */
  pem: string;
  lists: { /** Key identifier, hexadecimal digits. */ authority: string; number: number }[];
}

/** The current revocation lists. @throws AppError UNAVAILABLE before the authority is made */
export async function getRevocations({ nowMs = Date.now() }: { nowMs?: number } = {}): Promise<RevocationsView> {
  const rows = await findAuthorities(nowMs);
  return {
    pem: rows.map(({ revocations }) => encodePem('X509 CRL', revocations)).join(''),
    lists: rows.map(({ keyIdentifier, revocationsNumber }) => ({ authority: keyIdentifier, number: Number(revocationsNumber) })),
  };
}

async function findAuthorities(nowMs: number) {
  const rows = await getDb().certificateAuthority.findMany({ where: { notAfter: { gt: new Date(nowMs) } }, omit: { privateKeyCiphertext: true }, orderBy: [{ notAfter: 'desc' }, { id: 'desc' }] });
  if (!rows.some(({ kind }) => kind === 'INTERMEDIATE')) throw authorityMissing();
  return rows;
}

/** One authority's list as DER, and until when it holds. @throws AppError NOT_FOUND */
export async function getRevocationList(authorityId: string): Promise<{ der: Uint8Array<ArrayBuffer>; until: Date }> {
  const row = await getDb().certificateAuthority.findUnique({ where: { id: authorityId }, select: { revocations: true, revocationsUntil: true } });
  if (!row) throw new AppError('NOT_FOUND', { subject: 'certificate authority' }, { publicMessage: 'There is no such certificate authority.' });
  return { der: row.revocations, until: row.revocationsUntil };
}

const listedMax = 200;

/** Newest first, at most 200. */
export async function listCertificates({ subjectId }: ListCertificatesInput = {}): Promise<CertificateView[]> {
  const rows = await getDb().certificate.findMany({ where: subjectId === undefined ? {} : { subjectId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: listedMax });
  return rows.map(rowToView);
}

export interface CertificateStanding {
  serial: string;
  subjectId: string;
  addresses: HostAddresses;
  /** The intermediate that signs now. */
  intermediateId: string;
}

/** Whether the holder of this certificate needs another one: it ends soon, is revoked or unknown, or says what is no longer so. */
export async function isRenewalDue({ serial, subjectId, addresses, intermediateId }: CertificateStanding, { nowMs = Date.now() }: { nowMs?: number } = {}): Promise<boolean> {
  const row = await getDb().certificate.findUnique({ where: { authorityId_serial: { authorityId: intermediateId, serial } }, omit: { certificate: true } });
  return !row || row.subjectId !== subjectId || row.revokedAt !== null || row.notAfter.getTime() - nowMs <= lifetimes.hostRenewMs || !isSameAddresses(row.addresses, addresses);
}

export function rowToView(row: Omit<Prisma.CertificateGetPayload<object>, 'certificate'>): CertificateView {
  return {
    id: row.id,
    profile: row.profile,
    subjectId: row.subjectId,
    serial: row.serial,
    notBefore: row.notBefore.toISOString(),
    notAfter: row.notAfter.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revocationReason: row.revocationReason,
  };
}
