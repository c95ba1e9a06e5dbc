import { recordAuditEvent } from '@/lib/audit';
import { AppError, getDb, type Tx } from '@/lib/platform';
import { verifyPassword } from './passwords';
import type { RequestOrigin } from './request-origin';
import { networkOf } from './requests/network-of';
import { clearRateLimit, takeRateLimit } from './requests/take-rate-limit';
import type { SignInInput } from './schemas';
import { createSession } from './sessions';

const quarterHour = 15 * 60;

/**
 * Checks the password and starts a session. The one that the browser held before (`replacedSessionId`) ends: nobody can
 * reach it to end it by hand, and whoever copied its cookie must not outlive it (ASVS 5, 7.2.4).
 *
 * Attempts are counted before the password is looked at: per address; per account and address, so that a stranger
 * cannot lock the owner out from elsewhere; and per account over all addresses, against guessing from many machines.
 * @throws AppError UNAUTHENTICATED (the same for an unknown account and a wrong password), RATE_LIMITED, UNAVAILABLE.
 */
export async function signIn(input: SignInInput, origin: RequestOrigin, replacedSessionId?: string): Promise<{ userId: string; sessionId: string }> {
  const network = networkOf(origin.ipAddress);
  const ownAttempts = { name: 'sign-in.account-address', subject: `${input.email} ${network}` };
  await takeRateLimit({ name: 'sign-in.address', subject: network, limit: 100, windowSeconds: quarterHour });
  await takeRateLimit({ ...ownAttempts, limit: 10, windowSeconds: quarterHour });
  await takeRateLimit({ name: 'sign-in.account', subject: input.email, limit: 100, windowSeconds: 60 * 60 });

  const db = getDb();
  const user = await db.user.findUnique({ where: { email: input.email }, select: { id: true, passwordHash: true } });
  const fits = await verifyPassword(user?.passwordHash, input.password);
  if (!user || !fits) throw new AppError('UNAUTHENTICATED', {}, { publicMessage: 'This e-mail address and password do not belong together.' });

  await clearRateLimit(ownAttempts.name, ownAttempts.subject);
  const sessionId = await db.$transaction(async (tx) => {
    const id = await createSession(tx, user.id, origin);
    await recordAuditEvent(tx, {
      actor: { kind: 'USER', userId: user.id },
      action: 'session.begin',
      subject: { type: 'session', id },
      requestId: origin.requestId,
    });
    if (replacedSessionId !== undefined) await endReplaced(tx, { sessionId: replacedSessionId, by: user.id, from: id, origin });
    return id;
  });
  return { userId: user.id, sessionId };
}

async function endReplaced(tx: Tx, { sessionId, by, from, origin }: { sessionId: string; by: string; from: string; origin: RequestOrigin }): Promise<void> {
  const { count } = await tx.session.updateMany({ where: { id: sessionId, endedAt: null }, data: { endedAt: new Date() } });
  if (count === 0) return;
  await recordAuditEvent(tx, {
    actor: { kind: 'USER', userId: by },
    action: 'session.end',
    subject: { type: 'session', id: sessionId },
    details: { from },
    requestId: origin.requestId,
  });
}
