import { createHash, randomBytes } from 'node:crypto';
import { AppError, createId, type Tx } from '@/lib/platform';

type EmailTokenKind = 'VERIFY_EMAIL' | 'RESET_PASSWORD';

/** Hours for which a mailed link works. */
export const emailTokenHours = { VERIFY_EMAIL: 48, RESET_PASSWORD: 1 } satisfies Record<EmailTokenKind, number>;

/** Stores the hash of a fresh token and gives the token, which from here on is in the mail alone. */
export async function createEmailToken(tx: Tx, userId: string, kind: EmailTokenKind): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const now = Date.now();
  // A newer mail replaces the older ones: whoever finds an old mail must not be able to use it.
  await tx.emailToken.updateMany({ where: { userId, kind, usedAt: null }, data: { usedAt: new Date(now) } });
  await tx.emailToken.create({
    data: {
      id: createId('emailToken'),
      userId,
      kind,
      tokenHash: hashOf(token),
      createdAt: new Date(now),
      expiresAt: new Date(now + emailTokenHours[kind] * 60 * 60 * 1000),
    },
  });
  return token;
}

/** The user a token of this kind was mailed to, used or not; undefined for an unknown one. */
export async function findEmailToken(tx: Tx, token: string, kind: EmailTokenKind) {
  const row = await tx.emailToken.findUnique({
    where: { tokenHash: hashOf(token) },
    select: { id: true, kind: true, usedAt: true, expiresAt: true, user: { select: { id: true, email: true, name: true, emailVerifiedAt: true } } },
  });
  return row?.kind === kind ? row : undefined;
}

/**
 * Marks a token as used, by compare-and-set: of two requests with the same link one wins.
 * @throws AppError CONFLICT when it is unknown, used, replaced by a newer one or too old.
 */
export async function spendEmailToken(tx: Tx, token: string, kind: EmailTokenKind) {
  const row = await findEmailToken(tx, token, kind);
  const now = new Date();
  const used = row && (await tx.emailToken.updateMany({ where: { id: row.id, usedAt: null, expiresAt: { gt: now } }, data: { usedAt: now } }));
  if (!row || used?.count !== 1) {
    throw new AppError('CONFLICT', { subject: 'email-token' }, {
      publicMessage: 'This link has been used, replaced by a newer one, or is too old. Ask for another.',
    });
  }
  return row.user;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
