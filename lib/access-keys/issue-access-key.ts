import { recordAuditEvent } from '@/lib/audit';
import { createAccessKeySecret, formatAccessKey } from '@/lib/gateway';
import { AppError, createId, getDb } from '@/lib/platform';
import { rowToView, storedHmac } from './access-key-record';
import { accessKeysMax, issueAccessKeySchema, type IssueAccessKey, type IssuedAccessKey } from './client';
import { pushAccessKey } from './push-access-key';
import { actorOf, requireApplication, type Caller } from './require-application';

/** The caller waits this long for the hosts before the key is shown. */
const pushMsMax = 1_500;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes an access key of a running application and tells its city nodes before it is shown, so that it works at once.
 * The full key is in this answer alone: only its HMAC is stored.
 *
 * @throws AppError NOT_FOUND, FORBIDDEN, INVALID_INPUT; CONFLICT unless the application is running; QUOTA_EXCEEDED
 */
export async function issueAccessKey(caller: Caller, applicationId: string, input: IssueAccessKey): Promise<IssuedAccessKey> {
  const issue = issueAccessKeySchema.parse(input);
  const { organisationId } = await requireApplication(caller, applicationId, 'access-key.manage');
  const id = createId('accessKey');
  const secret = createAccessKeySecret();
  const row = await getDb().$transaction(async (tx) => {
    // The row lock keeps two callers at once from both taking the last free place, and a deletion from overtaking.
    const [application] = await tx.$queryRaw<{ state: string }[]>`SELECT state::text FROM "Application" WHERE id = ${applicationId} FOR UPDATE`;
    if (application?.state !== 'RUNNING') {
      throw new AppError('CONFLICT', { subject: 'application', ...(application ? { state: application.state } : {}) }, { publicMessage: 'Keys can be made once the sub-chain is running.' });
    }
    const now = new Date();
    const live = { applicationId, internal: false, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
    if ((await tx.accessKey.count({ where: live })) >= accessKeysMax) {
      throw new AppError('QUOTA_EXCEEDED', { quota: 'access keys', limit: accessKeysMax }, { publicMessage: `An application has at most ${accessKeysMax} keys. Revoke one first.` });
    }
    const { expiresInDays, ...fields } = issue;
    const expiresAt = expiresInDays === undefined ? null : new Date(now.getTime() + expiresInDays * dayMs);
    const created = await tx.accessKey.create({
      data: { id, applicationId, ...fields, expiresAt, secretHmac: storedHmac(secret), createdById: caller.session.user.id },
    });
    await recordAuditEvent(tx, {
      actor: actorOf(caller),
      organisationId,
      action: 'access-key.issue',
      subject: { type: 'access-key', id },
      details: { applicationId, kind: issue.kind, scope: issue.scope, label: issue.label, origins: issue.origins },
      requestId: caller.requestId,
    });
    return created;
  });
  const effective = await pushAccessKey(id, pushMsMax);
  return { accessKey: rowToView(row), key: formatAccessKey({ id, secret }), effective };
}
