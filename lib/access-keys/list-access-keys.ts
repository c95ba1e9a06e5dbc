import { getDb } from '@/lib/platform';
import { rowToView } from './access-key-record';
import type { AccessKeyView } from './client';
import { requireApplication, type Caller } from './require-application';

/** Live keys first, then the 20 that were revoked last. @throws AppError NOT_FOUND, FORBIDDEN */
export async function listAccessKeys(caller: Caller, applicationId: string): Promise<AccessKeyView[]> {
  await requireApplication(caller, applicationId, 'application.read');
  const mine = { applicationId, internal: false };
  const [live, revoked] = await Promise.all([
    getDb().accessKey.findMany({ where: { ...mine, revokedAt: null }, orderBy: { createdAt: 'desc' }, take: 200 }),
    getDb().accessKey.findMany({ where: { ...mine, revokedAt: { not: null } }, orderBy: { revokedAt: 'desc' }, take: 20 }),
  ]);
  return [...live, ...revoked].map(rowToView);
}
