import { recordAuditEvent } from '@/lib/audit';
import { AppError, getDb } from '@/lib/platform';
import { rowToView } from './access-key-record';
import type { AccessKeyView } from './client';
import { pushAccessKey } from './push-access-key';
import { actorOf, requireApplication, type Caller } from './require-application';

const pushMsMax = 2_000;

/**
 * Ends a key for ever. Its city nodes are told at once, one that did not answer within seconds by job and sweep: a
 * revoked key is refused within 5 s. A repetition changes nothing.
 *
 * @throws AppError NOT_FOUND, FORBIDDEN
 */
export async function revokeAccessKey(caller: Caller, applicationId: string, accessKeyId: string): Promise<{ accessKey: AccessKeyView; effective: boolean }> {
  const { organisationId } = await requireApplication(caller, applicationId, 'access-key.manage');
  const row = await getDb().$transaction(async (tx) => {
    const { count } = await tx.accessKey.updateMany({
      where: { id: accessKeyId, applicationId, internal: false, revokedAt: null },
      data: { revokedAt: new Date(), version: { increment: 1 } },
    });
    if (count === 1) {
      await recordAuditEvent(tx, {
        actor: actorOf(caller),
        organisationId,
        action: 'access-key.revoke',
        subject: { type: 'access-key', id: accessKeyId },
        details: { applicationId },
        requestId: caller.requestId,
      });
    }
    return tx.accessKey.findFirst({ where: { id: accessKeyId, applicationId, internal: false } });
  });
  if (!row) throw new AppError('NOT_FOUND', { subject: 'access key' }, { publicMessage: 'There is no such key.' });
  return { accessKey: rowToView(row), effective: await pushAccessKey(accessKeyId, pushMsMax) };
}
