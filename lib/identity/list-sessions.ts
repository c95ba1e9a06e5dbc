import { getDb } from '@/lib/platform';
import type { CurrentSession, SessionSummary } from './current-session';
import { describeUserAgent } from './describe-user-agent';
import { isLive } from './sessions';

const sessionsMax = 100;

/** Where the caller is signed in: the asking browser first, then the others by last use, at most 100. */
export async function listSessions(session: CurrentSession): Promise<SessionSummary[]> {
  const rows = await getDb().session.findMany({
    where: { userId: session.user.id, ...isLive(new Date()) },
    select: { id: true, userAgent: true, ipAddress: true, createdAt: true, lastSeenAt: true },
    orderBy: { lastSeenAt: 'desc' },
    take: sessionsMax,
  });
  const summaries = rows.map((row) => ({
    id: row.id,
    device: describeUserAgent(row.userAgent),
    ipAddress: row.ipAddress,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    current: row.id === session.id,
  }));
  return [...summaries.filter((one) => one.current), ...summaries.filter((one) => !one.current)];
}
