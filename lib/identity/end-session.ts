import { recordAuditEvent } from '@/lib/audit';
import { AppError, getDb } from '@/lib/platform';
import type { CurrentSession } from './current-session';
import type { RequestOrigin } from './request-origin';

/**
 * Ends one of the caller's own sessions, the current one (signing out) or another browser's. Takes effect at that
 * browser's next request, and at the next heartbeat of its streams. Ending an ended one changes nothing.
 * @throws AppError NOT_FOUND for an unknown session or another person's.
 */
export async function endSession(session: CurrentSession, sessionId: string, origin: RequestOrigin): Promise<void> {
  await getDb().$transaction(async (tx) => {
    const row = await tx.session.findFirst({ where: { id: sessionId, userId: session.user.id }, select: { id: true } });
    if (!row) throw new AppError('NOT_FOUND', { subject: 'session' }, { publicMessage: 'There is no such session.' });
    const { count } = await tx.session.updateMany({ where: { id: sessionId, endedAt: null }, data: { endedAt: new Date() } });
    if (count === 0) return;
    await recordAuditEvent(tx, {
      actor: { kind: 'USER', userId: session.user.id },
      action: 'session.end',
      subject: { type: 'session', id: sessionId },
      details: { from: session.id },
      requestId: origin.requestId,
    });
  });
}
