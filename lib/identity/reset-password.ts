import { recordAuditEvent } from '@/lib/audit';
import { getDb } from '@/lib/platform';
import { findEmailToken, spendEmailToken } from './email-tokens';
import { mailPasswordChanged } from './mail-password-changed';
import { hashPassword, refuseGuessable } from './passwords';
import type { RequestOrigin } from './request-origin';
import { networkOf } from './requests/network-of';
import { takeRateLimit } from './requests/take-rate-limit';
import type { ResetPasswordInput } from './schemas';
import { endSessionsOf } from './sessions';

/**
 * Sets a new password by a mailed link and ends every session of the account. Reading the mail also proves the address.
 * @throws AppError INVALID_INPUT (guessable password; the link stays good), CONFLICT (link used, replaced or too old), RATE_LIMITED.
 */
export async function resetPassword(input: ResetPasswordInput, origin: RequestOrigin): Promise<{ email: string; mail: Promise<void> }> {
  await takeRateLimit({ name: 'reset-use.address', subject: networkOf(origin.ipAddress), limit: 30, windowSeconds: 3600 });
  const known = await getDb().$transaction((tx) => findEmailToken(tx, input.token, 'RESET_PASSWORD'));
  refuseGuessable(input.password, { email: known?.user.email, names: [known?.user.name] }, 'password');
  const passwordHash = await hashPassword(input.password);

  const user = await getDb().$transaction(async (tx) => {
    const owner = await spendEmailToken(tx, input.token, 'RESET_PASSWORD');
    const now = new Date();
    await tx.user.update({ where: { id: owner.id }, data: { passwordHash, emailVerifiedAt: owner.emailVerifiedAt ?? now } });
    const ended = await endSessionsOf(tx, owner.id);
    await recordAuditEvent(tx, {
      actor: { kind: 'USER', userId: owner.id },
      action: 'user.reset-password',
      subject: { type: 'user', id: owner.id },
      details: { sessionsEnded: ended.length },
      requestId: origin.requestId,
    });
    return owner;
  });
  return { email: user.email, mail: mailPasswordChanged(user, origin) };
}
