import { recordAuditEvent } from '@/lib/audit';
import { AppError, getDb } from '@/lib/platform';
import type { CurrentSession } from './current-session';
import { mailPasswordChanged } from './mail-password-changed';
import { hashPassword, refuseGuessable, verifyPassword } from './passwords';
import type { RequestOrigin } from './request-origin';
import { takeRateLimit } from './requests/take-rate-limit';
import type { ChangePasswordInput } from './schemas';
import { endSessionsOf } from './sessions';

/**
 * Changes the caller's password and ends all other sessions, since one of them may be why it is changed.
 * @throws AppError INVALID_INPUT at `currentPassword` or `newPassword`; RATE_LIMITED; CONFLICT when it was changed meanwhile.
 */
export async function changePassword(
  session: CurrentSession,
  input: ChangePasswordInput,
  origin: RequestOrigin,
): Promise<{ sessionsEnded: number; mail: Promise<void> }> {
  const { user } = session;
  // A browser left open must not let its finder guess the password at leisure.
  await takeRateLimit({ name: 'change-password.user', subject: user.id, limit: 10, windowSeconds: 15 * 60 });
  const db = getDb();
  const { passwordHash: before } = await db.user.findUniqueOrThrow({ where: { id: user.id }, select: { passwordHash: true } });
  if (!(await verifyPassword(before, input.currentPassword))) {
    const publicMessage = 'This is not your present password.';
    throw new AppError('INVALID_INPUT', { fields: { currentPassword: publicMessage } }, { publicMessage });
  }
  refuseGuessable(input.newPassword, { email: user.email, names: [user.name] }, 'newPassword');
  const passwordHash = await hashPassword(input.newPassword);

  const sessionsEnded = await db.$transaction(async (tx) => {
    const { count } = await tx.user.updateMany({ where: { id: user.id, passwordHash: before }, data: { passwordHash } });
    if (count !== 1) {
      throw new AppError('CONFLICT', { subject: 'user' }, { publicMessage: 'The password was changed elsewhere a moment ago. Sign in with the new one.' });
    }
    const ended = await endSessionsOf(tx, user.id, session.id);
    // A reset link that is under way would undo the change.
    await tx.emailToken.updateMany({ where: { userId: user.id, kind: 'RESET_PASSWORD', usedAt: null }, data: { usedAt: new Date() } });
    await recordAuditEvent(tx, {
      actor: { kind: 'USER', userId: user.id },
      action: 'user.change-password',
      subject: { type: 'user', id: user.id },
      details: { sessionsEnded: ended.length },
      requestId: origin.requestId,
    });
    return ended.length;
  });
  return { sessionsEnded, mail: mailPasswordChanged(user, origin) };
}
