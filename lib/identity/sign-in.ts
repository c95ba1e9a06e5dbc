import { recordAuditEvent } from '@/lib/audit';
import { AppError, getDb } from '@/lib/platform';
import { verifyPassword } from './passwords';
import type { RequestOrigin } from './request-origin';
import { clearRateLimit, takeRateLimit } from './requests/take-rate-limit';
import type { SignInInput } from './schemas';
import { createSession } from './sessions';

const quarterHour = 15 * 60;

/**
 * Checks the password and starts a session.
 *
 * Attempts are counted before the password is looked at: per address; per account and address, so that a stranger
 * cannot lock the owner out from elsewhere; and per account over all addresses, against guessing from many machines.
 * @throws AppError UNAUTHENTICATED (the same for an unknown account and a wrong password), RATE_LIMITED, UNAVAILABLE.
 */
export async function signIn(input: SignInInput, origin: RequestOrigin): Promise<{ userId: string; sessionId: string }> {
  const ownAttempts = { name: 'sign-in.account-address', subject: `${input.email} ${origin.ipAddress}` };
  await takeRateLimit({ name: 'sign-in.address', subject: origin.ipAddress, limit: 100, windowSeconds: quarterHour });
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
    return id;
  });
  return { userId: user.id, sessionId };
}
