import { createId, type Tx } from '@/lib/platform';
import type { RequestOrigin } from './request-origin';

const dayMs = 24 * 60 * 60 * 1000;

/** A session ends 30 days after signing in, or 14 days after it was last used (ASVS 5, 7.3). */
export const sessionAbsoluteMs = 30 * dayMs;
export const sessionIdleMs = 14 * dayMs;

const userAgentCharactersMax = 300;
const ipAddressCharactersMax = 64;

/** Adds the row of a signed-in browser to the caller's transaction; gives its id. */
export async function createSession(tx: Tx, userId: string, origin: RequestOrigin): Promise<string> {
  const now = Date.now();
  const session = await tx.session.create({
    data: {
      id: createId('session'),
      userId,
      userAgent: origin.userAgent.slice(0, userAgentCharactersMax),
      ipAddress: origin.ipAddress.slice(0, ipAddressCharactersMax),
      createdAt: new Date(now),
      lastSeenAt: new Date(now),
      expiresAt: new Date(now + sessionAbsoluteMs),
    },
    select: { id: true },
  });
  return session.id;
}

/** Condition for rows that still let somebody in. */
export function isLive(now: Date) {
  return { endedAt: null, expiresAt: { gt: now }, lastSeenAt: { gt: new Date(now.getTime() - sessionIdleMs) } };
}

/** Ends sessions of one user in the caller's transaction, all but `except`; gives the ids of those that were ended. */
export async function endSessionsOf(tx: Tx, userId: string, except?: string): Promise<string[]> {
  const now = new Date();
  const ended = await tx.session.updateManyAndReturn({
    where: { userId, endedAt: null, ...(except ? { id: { not: except } } : {}) },
    data: { endedAt: now },
    select: { id: true },
  });
  return ended.map((session) => session.id);
}
