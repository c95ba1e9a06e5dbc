import { getDb } from '@/lib/platform';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Deletes what no longer has a use: remembered answers after a day, mailed tokens a week after they expired, sessions
 * 90 days after they ended or expired. For a daily job; gives how many rows went.
 */
export async function deleteExpiredRows(now: Date = new Date()): Promise<{ idempotencyKeys: number; emailTokens: number; sessions: number }> {
  const db = getDb();
  const ago = (days: number) => new Date(now.getTime() - days * dayMs);
  const idempotencyKeys = await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: ago(1) } } });
  const emailTokens = await db.emailToken.deleteMany({ where: { expiresAt: { lt: ago(7) } } });
  const sessions = await db.session.deleteMany({ where: { OR: [{ endedAt: { lt: ago(90) } }, { expiresAt: { lt: ago(90) } }] } });
  return { idempotencyKeys: idempotencyKeys.count, emailTokens: emailTokens.count, sessions: sessions.count };
}
