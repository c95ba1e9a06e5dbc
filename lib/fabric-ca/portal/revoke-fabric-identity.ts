import { AppError, getDb } from '@/lib/platform';
import type { FabricIdentityView } from '../client';
import { markIdentityRevoked } from '../mark-revoked';
import { cessationOfOperation } from '../revocation-lists';
import { actorOf, requireAuthority, type PortalCaller } from './caller';
import { toView } from './list-fabric-identities';

/**
 * Revokes an identity with all its certificates. A repetition changes nothing.
 * @throws AppError FORBIDDEN; NOT_FOUND, also for another organisation's
 */
export async function revokeFabricIdentity(caller: PortalCaller, identityId: string, { nowMs = Date.now() }: { nowMs?: number } = {}): Promise<FabricIdentityView> {
  const authority = await requireAuthority(caller, 'organisation.manage');
  return getDb().$transaction(async (tx) => {
    const find = () => tx.fabricIdentity.findFirst({ where: { id: identityId, authorityId: authority.id }, select: { id: true, enrollmentId: true, type: true, affiliation: true, createdAt: true, revokedAt: true } });
    const row = await find();
    if (!row) throw absent();
    await markIdentityRevoked(tx, row, { authority, reason: cessationOfOperation, by: 'portal', actor: actorOf(caller), requestId: caller.requestId, nowMs });
    return toView((await find()) ?? row, 0);
  });
}

function absent(): AppError<'NOT_FOUND'> {
  return new AppError('NOT_FOUND', { subject: 'fabric-identity' }, { publicMessage: 'There is no such identity.' });
}
