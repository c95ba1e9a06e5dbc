import { recordAuditEvent } from '@/lib/audit';
import { resetPasswordMail, sendMail } from '@/lib/notifications';
import { getDb, getLogger } from '@/lib/platform';
import { createEmailToken, emailTokenHours } from './email-tokens';
import { portalLink } from './portal-link';
import type { RequestOrigin } from './request-origin';
import { networkOf } from './requests/network-of';
import { takeRateLimit } from './requests/take-rate-limit';

/**
 * Mails a reset link if the address has an account. The answer comes before the address is looked up, so neither its
 * text nor its time tells whether there is one; the work goes on in `mail`, which never rejects.
 * @throws AppError RATE_LIMITED, UNAVAILABLE.
 */
export async function requestPasswordReset(input: { email: string }, origin: RequestOrigin): Promise<{ mail: Promise<void> }> {
  await takeRateLimit({ name: 'reset.address', subject: networkOf(origin.ipAddress), limit: 20, windowSeconds: 3600 });
  await takeRateLimit({ name: 'reset.account', subject: input.email, limit: 5, windowSeconds: 3600 });
  const mail = mailResetLink(input.email, origin).catch((error: unknown) =>
    getLogger().error({ err: error, requestId: origin.requestId }, 'reset mail not sent'),
  );
  return { mail };
}

async function mailResetLink(email: string, origin: RequestOrigin): Promise<void> {
  const db = getDb();
  const user = await db.user.findUnique({ where: { email }, select: { id: true, email: true, name: true } });
  if (!user) return;
  const token = await db.$transaction(async (tx) => {
    await recordAuditEvent(tx, {
      // Anybody may ask for it, so the system is the actor, not the account's owner.
      actor: { kind: 'SYSTEM' },
      action: 'user.request-password-reset',
      subject: { type: 'user', id: user.id },
      requestId: origin.requestId,
    });
    return createEmailToken(tx, user.id, 'RESET_PASSWORD');
  });
  const link = portalLink('/reset-password', token);
  await sendMail({ to: user.email, ...resetPasswordMail({ name: user.name, link, hours: emailTokenHours.RESET_PASSWORD }) });
}
