import { createAccessKeySecret, formatAccessKey } from '@/lib/gateway';
import { AppError, createId, getDb, type Tx } from '@/lib/platform';
import { storedHmac } from './access-key-record';
import { pushAccessKey, tryPushAccessKey } from './push-access-key';

/** Should the portal die before it revokes one, the key ends by itself. */
const lifeMs = 2 * 60 * 1000;
const pushMsMax = 2_000;

export interface InternalKey {
  id: string;
  /** `id.secret`; lives in this process's memory alone. */
  key: string;
}

/**
 * A key with which the portal itself goes through the public door for a check, for two minutes at most. Hidden from
 * lists. Every host of the sub-chain knows it before it is handed out.
 *
 * @param write runs the insert; a running operation hands in its fenced transaction
 * @throws AppError UNAVAILABLE (retryable) when a host did not take it
 */
export async function issueInternalKey(applicationId: string, write: (work: (tx: Tx) => Promise<void>) => Promise<void>): Promise<InternalKey> {
  const id = createId('accessKey');
  const secret = createAccessKeySecret();
  await write(async (tx) => {
    await tx.accessKey.create({
      data: {
        id,
        applicationId,
        kind: 'HEADER',
        scope: 'WRITE',
        label: 'portal check',
        internal: true,
        secretHmac: storedHmac(secret),
        expiresAt: new Date(Date.now() + lifeMs),
      },
    });
  });
  if ((await tryPushAccessKey(id, pushMsMax)).length > 0) {
    throw new AppError('UNAVAILABLE', { what: 'city node' }, { publicMessage: 'A city node did not take the key for the check. It is tried again.' });
  }
  return { id, key: formatAccessKey({ id, secret }) };
}

/** Marks all internal keys of an application as revoked, also those that a killed worker left. Gives their ids. */
export async function revokeInternalKeys(tx: Tx, applicationId: string): Promise<string[]> {
  const rows = await tx.accessKey.findMany({ where: { applicationId, internal: true, revokedAt: null }, select: { id: true } });
  const ids = rows.map((row) => row.id);
  await tx.accessKey.updateMany({ where: { id: { in: ids }, revokedAt: null }, data: { revokedAt: new Date(), version: { increment: 1 } } });
  return ids;
}

/** Tells the hosts about revoked keys; what does not get through is left to job and sweep. */
export async function pushRevocations(accessKeyIds: readonly string[]): Promise<void> {
  await Promise.all(accessKeyIds.map((id) => pushAccessKey(id, pushMsMax)));
}

/** Internal keys have no use after their end: an hour later their rows go. */
export async function deleteSpentInternalKeys(now: Date = new Date()): Promise<number> {
  const { count } = await getDb().accessKey.deleteMany({ where: { internal: true, expiresAt: { lt: new Date(now.getTime() - 60 * 60 * 1000) } } });
  return count;
}
