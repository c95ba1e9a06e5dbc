import { recordAuditEvent } from '@/lib/audit';
import { getDb } from '@/lib/platform';
import { findEmailToken, spendEmailToken } from './email-tokens';
import type { RequestOrigin } from './request-origin';

/**
 * Confirms the address that the link was mailed to; whoever holds the link may do it, signed in or not.
 * Opening the link again after it worked says so again.
 * @throws AppError CONFLICT for a link that is unknown, replaced or too old.
 */
export async function verifyEmail(input: { token: string }, origin: RequestOrigin): Promise<{ email: string }> {
  return getDb().$transaction(async (tx) => {
    const known = await findEmailToken(tx, input.token, 'VERIFY_EMAIL');
    if (known?.usedAt && known.user.emailVerifiedAt) return { email: known.user.email };

    const user = await spendEmailToken(tx, input.token, 'VERIFY_EMAIL');
    await tx.user.update({ where: { id: user.id }, data: { emailVerifiedAt: new Date() } });
    await recordAuditEvent(tx, {
      actor: { kind: 'USER', userId: user.id },
      action: 'user.verify-email',
      subject: { type: 'user', id: user.id },
      requestId: origin.requestId,
    });
    return { email: user.email };
  });
}
