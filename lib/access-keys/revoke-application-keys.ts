import type { Tx } from '@/lib/platform';

/** Revokes every key of an application that is being deleted, in the caller's transaction. Gives their ids. */
export async function revokeApplicationKeys(tx: Tx, applicationId: string): Promise<string[]> {
  const rows = await tx.accessKey.findMany({ where: { applicationId, revokedAt: null }, select: { id: true } });
  await tx.accessKey.updateMany({ where: { applicationId, revokedAt: null }, data: { revokedAt: new Date(), version: { increment: 1 } } });
  return rows.map((row) => row.id);
}
