import { recordAuditEvent } from '@/lib/audit';
import { sendMail, verifyEmailMail } from '@/lib/notifications';
import { AppError, createId, getDb, getLogger, isUniqueViolation } from '@/lib/platform';
import { createEmailToken, emailTokenHours } from './email-tokens';
import { nameFromEmail } from './name-from-email';
import { hashPassword, refuseGuessable } from './passwords';
import { portalLink } from './portal-link';
import type { RequestOrigin } from './request-origin';
import { networkOf } from './requests/network-of';
import { takeRateLimit } from './requests/take-rate-limit';
import type { SignUpInput } from './schemas';
import { createSession } from './sessions';

export interface SignUpResult {
  userId: string;
  organisationId: string;
  /** The new account is signed in at once. */
  sessionId: string;
  /** Settles when the mail with the verification link has been handed over; never rejects. A test sub-chain does not wait for it. */
  mail: Promise<void>;
}

/**
 * Opens an account: user, organisation of one with its owner, and a session, in one transaction.
 * @throws AppError INVALID_INPUT (guessable password), ALREADY_EXISTS (address taken), RATE_LIMITED, UNAVAILABLE.
 */
export async function signUp(input: SignUpInput, origin: RequestOrigin): Promise<SignUpResult> {
  await takeRateLimit({ name: 'sign-up.address', subject: networkOf(origin.ipAddress), limit: 60, windowSeconds: 3600 });
  refuseGuessable(input.password, { email: input.email, names: [input.name, input.organisation] }, 'password');

  const name = input.name || nameFromEmail(input.email);
  const passwordHash = await hashPassword(input.password);
  const user = { id: createId('user'), email: input.email, name };
  const organisation = { id: createId('organisation'), name: input.organisation || name };

  const { sessionId, token } = await getDb()
    .$transaction(async (tx) => {
      await tx.user.create({ data: { ...user, passwordHash } });
      await tx.organisation.create({ data: { ...organisation, memberships: { create: { userId: user.id, role: 'OWNER' } } } });
      const sessionId = await createSession(tx, user.id, origin);
      const token = await createEmailToken(tx, user.id, 'VERIFY_EMAIL');
      await recordAuditEvent(tx, {
        actor: { kind: 'USER', userId: user.id },
        organisationId: organisation.id,
        action: 'user.sign-up',
        subject: { type: 'user', id: user.id },
        details: { sessionId },
        requestId: origin.requestId,
      });
      return { sessionId, token };
    })
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      const publicMessage = 'There is already an account with this e-mail address. Sign in, or reset its password.';
      throw new AppError('ALREADY_EXISTS', { subject: 'user' }, { publicMessage, cause: error });
    });

  const link = portalLink('/verify-email', token);
  const mail = sendMail({ to: user.email, ...verifyEmailMail({ name, link, hours: emailTokenHours.VERIFY_EMAIL }) }).catch((error: unknown) =>
    // The account stands; the console offers to send the mail again.
    getLogger().error({ err: error, userId: user.id, requestId: origin.requestId }, 'verification mail not sent'),
  );
  return { userId: user.id, organisationId: organisation.id, sessionId, mail };
}
