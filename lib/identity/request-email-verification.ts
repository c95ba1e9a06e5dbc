import { sendMail, verifyEmailMail } from '@/lib/notifications';
import { getDb } from '@/lib/platform';
import type { CurrentSession } from './current-session';
import { createEmailToken, emailTokenHours } from './email-tokens';
import { portalLink } from './portal-link';
import { takeRateLimit } from './requests/take-rate-limit';

/**
 * Mails the caller another verification link; the older ones stop working. Does nothing once the address is verified.
 * @throws AppError RATE_LIMITED (five an hour), UNAVAILABLE when the mail server does not take it.
 */
export async function requestEmailVerification(session: CurrentSession): Promise<{ sent: boolean }> {
  const { user } = session;
  if (user.emailVerified) return { sent: false };
  await takeRateLimit({ name: 'verify-email.user', subject: user.id, limit: 5, windowSeconds: 3600 });
  const token = await getDb().$transaction((tx) => createEmailToken(tx, user.id, 'VERIFY_EMAIL'));
  const link = portalLink('/verify-email', token);
  await sendMail({ to: user.email, ...verifyEmailMail({ name: user.name, link, hours: emailTokenHours.VERIFY_EMAIL }) });
  return { sent: true };
}
