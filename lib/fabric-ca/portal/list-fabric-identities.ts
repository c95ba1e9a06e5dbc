import { getDb } from '@/lib/platform';
import { listFabricIdentitiesSchema, type FabricIdentityPage, type FabricIdentityView, type ListFabricIdentitiesInput } from '../client';
import { requireAuthority, type PortalCaller } from './caller';

const pageSize = 25;

/** Identities of the organisation's authority by enrollment ID, 25 a page. @throws AppError FORBIDDEN, NOT_FOUND */
export async function listFabricIdentities(caller: PortalCaller, input: ListFabricIdentitiesInput): Promise<FabricIdentityPage> {
  const { search, after } = listFabricIdentitiesSchema.parse(input);
  const authority = await requireAuthority(caller, 'organisation.manage');
  const rows = await getDb().fabricIdentity.findMany({
    where: { authorityId: authority.id, AND: [...(search === '' ? [] : [{ enrollmentId: { contains: escapePattern(search), mode: 'insensitive' as const } }]), ...(after === undefined ? [] : [{ enrollmentId: { gt: after } }])] },
    select: { id: true, enrollmentId: true, type: true, affiliation: true, createdAt: true, revokedAt: true },
    orderBy: { enrollmentId: 'asc' },
    take: pageSize + 1,
  });
  const page = rows.slice(0, pageSize);
  const counts = await getDb().fabricCertificate.groupBy({
    by: ['enrollmentId'],
    where: { authorityId: authority.id, enrollmentId: { in: page.map(({ enrollmentId }) => enrollmentId) }, revokedAt: null, notAfter: { gt: new Date() } },
    _count: { _all: true },
  });
  const countOf = new Map(counts.map(({ enrollmentId, _count }) => [enrollmentId, _count._all]));
  return { identities: page.map((row) => toView(row, countOf.get(row.enrollmentId) ?? 0)), next: rows.length > pageSize ? (page.at(-1)?.enrollmentId ?? null) : null };
}

/** Two characters mean others in a pattern of the database. */
function escapePattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}

interface Row {
  id: string;
  enrollmentId: string;
  type: string;
  affiliation: string;
  createdAt: Date;
  revokedAt: Date | null;
}

export function toView({ createdAt, revokedAt, ...row }: Row, certificates: number): FabricIdentityView {
  return { ...row, createdAt: createdAt.toISOString(), revokedAt: revokedAt?.toISOString() ?? null, certificates };
}
