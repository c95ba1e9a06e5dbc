import { recordAuditEvent } from '@/lib/audit';
import { getDb } from '@/lib/platform';
import type { CurrentSession } from './current-session';
import type { RequestOrigin } from './request-origin';

/** Changes the caller's name, which members, invoices and mails show. */
export async function updateProfile(session: CurrentSession, input: { name: string }, origin: RequestOrigin): Promise<{ name: string }> {
  return getDb().$transaction(async (tx) => {
    const user = await tx.user.update({ where: { id: session.user.id }, data: { name: input.name }, select: { id: true, name: true } });
    await recordAuditEvent(tx, {
      actor: { kind: 'USER', userId: user.id },
      action: 'user.update-profile',
      subject: { type: 'user', id: user.id },
      requestId: origin.requestId,
    });
    return { name: user.name };
  });
}
