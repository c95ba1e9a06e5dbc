import { getDb } from '@/lib/platform';
import type { CurrentSession } from './current-session';
import { isLive } from './sessions';

const lastSeenStepMs = 60_000;

/**
 * The session with its user and organisations, read from the row on each call; undefined when it was ended, has expired
 * or was idle too long. Notes the visit, at most once a minute.
 */
export async function findSession(sessionId: string): Promise<CurrentSession | undefined> {
  const db = getDb();
  const now = new Date();
  const row = await db.session.findFirst({
    where: { id: sessionId, ...isLive(now) },
    select: {
      id: true,
      expiresAt: true,
      lastSeenAt: true,
      user: {
        select: {
          id: true,
          email: true,
          name: true,
          emailVerifiedAt: true,
          portalRole: true,
          memberships: {
            select: { role: true, organisation: { select: { id: true, name: true } } },
            orderBy: [{ createdAt: 'asc' }, { organisationId: 'asc' }],
          },
        },
      },
    },
  });
  if (!row) return undefined;

  if (now.getTime() - row.lastSeenAt.getTime() >= lastSeenStepMs) {
    await db.session.updateMany({ where: { id: sessionId, lastSeenAt: row.lastSeenAt }, data: { lastSeenAt: now } });
  }
  const { user } = row;
  return {
    id: row.id,
    user: {
      id: user.id,
      email: user.email,
      name: user.name,
      emailVerified: user.emailVerifiedAt !== null,
      isPortalAdmin: user.portalRole === 'ADMIN',
    },
    organisations: user.memberships.map(({ organisation, role }) => ({ ...organisation, role })),
    expiresAt: row.expiresAt.toISOString(),
  };
}
