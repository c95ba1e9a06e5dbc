import { recordAuditEvent } from '@/lib/audit';
import { getDb } from '@/lib/platform';
import type { CurrentSession } from './current-session';
import type { RequestOrigin } from './request-origin';
import { endSessionsOf } from './sessions';

/** Ends all sessions of the caller but the one that asks; gives how many there were. */
export async function endOtherSessions(session: CurrentSession, origin: RequestOrigin): Promise<{ ended: number }> {
  return getDb().$transaction(async (tx) => {
    const ids = await endSessionsOf(tx, session.user.id, session.id);
    if (ids.length > 0) {
      await recordAuditEvent(tx, {
        actor: { kind: 'USER', userId: session.user.id },
        action: 'session.end-others',
        subject: { type: 'user', id: session.user.id },
        details: { from: session.id, sessionIds: ids },
        requestId: origin.requestId,
      });
    }
    return { ended: ids.length };
  });
}
