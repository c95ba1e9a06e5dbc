import { beforeEach, describe, expect, it } from 'vitest';
import { getDb } from '@/lib/platform';
import { changePassword } from './change-password';
import { findSession } from './find-session';
import { requestEmailVerification } from './request-email-verification';
import { requestPasswordReset } from './request-password-reset';
import { resetPassword } from './reset-password';
import { signIn } from './sign-in';
import { createPerson, freshOrigin, freshPassword, mailsTo, tokenFromMail, type Person } from './testing';
import { verifyEmail } from './verify-email';

let person: Person;
beforeEach(async () => {
  person = await createPerson();
});

const codeOf = (attempt: Promise<unknown>) => attempt.then(() => 'ok', (error: { code: string }) => error.code);
const signInWith = (password: string) => codeOf(signIn({ email: person.email, password }, freshOrigin()));
const age = (kind: 'VERIFY_EMAIL' | 'RESET_PASSWORD') =>
  getDb().emailToken.updateMany({ where: { userId: person.userId, kind }, data: { expiresAt: new Date(Date.now() - 1) } });
const resetToken = async () => {
  await (await requestPasswordReset({ email: person.email }, freshOrigin())).mail;
  return tokenFromMail(person.email, '/reset-password');
};

describe('verifyEmail', () => {
  it('confirms the address of who received the link, signed in or not', async () => {
    const token = await tokenFromMail(person.email, '/verify-email');
    expect(await verifyEmail({ token }, freshOrigin())).toEqual({ email: person.email });
    expect((await person.session()).user.emailVerified).toBe(true);
    expect(await getDb().auditEvent.count({ where: { action: 'user.verify-email', subjectId: person.userId } })).toBe(1);
  });

  it('says the same when the link is opened again, and writes nothing', async () => {
    const token = await tokenFromMail(person.email, '/verify-email');
    await verifyEmail({ token }, freshOrigin());
    expect(await verifyEmail({ token }, freshOrigin())).toEqual({ email: person.email });
    expect(await getDb().auditEvent.count({ where: { action: 'user.verify-email', subjectId: person.userId } })).toBe(1);
  });

  it('refuses a link that is unknown, too old, replaced by a newer one, or of the other kind', async () => {
    expect(await codeOf(verifyEmail({ token: 'A'.repeat(43) }, freshOrigin()))).toBe('CONFLICT');
    expect(await codeOf(verifyEmail({ token: await resetToken() }, freshOrigin()))).toBe('CONFLICT');
    const first = await tokenFromMail(person.email, '/verify-email');
    await requestEmailVerification(await person.session());
    expect(await codeOf(verifyEmail({ token: first }, freshOrigin()))).toBe('CONFLICT');
    const second = await tokenFromMail(person.email, '/verify-email');
    expect(second).not.toBe(first);
    await age('VERIFY_EMAIL');
    expect(await codeOf(verifyEmail({ token: second }, freshOrigin()))).toBe('CONFLICT');
    expect((await person.session()).user.emailVerified).toBe(false);
  });
});

describe('requestEmailVerification', () => {
  it('sends nothing once the address is verified', async () => {
    await verifyEmail({ token: await tokenFromMail(person.email, '/verify-email') }, freshOrigin());
    expect(await requestEmailVerification(await person.session())).toEqual({ sent: false });
    expect(await mailsTo(person.email)).toHaveLength(1);
  });

  it('cannot be used to flood a mailbox', async () => {
    const session = await person.session();
    for (let count = 0; count < 5; count++) expect(await requestEmailVerification(session)).toEqual({ sent: true });
    expect(await codeOf(requestEmailVerification(session))).toBe('RATE_LIMITED');
    expect(await mailsTo(person.email)).toHaveLength(6);
  });
});

describe('requestPasswordReset', () => {
  it('answers alike for an address without an account, and mails nothing there', async () => {
    const { mail } = await requestPasswordReset({ email: 'nobody-here@example.com' }, freshOrigin());
    await mail;
    expect(await mailsTo('nobody-here@example.com')).toHaveLength(0);
  });

  it('cannot be used to flood a mailbox', async () => {
    for (let count = 0; count < 5; count++) await (await requestPasswordReset({ email: person.email }, freshOrigin())).mail;
    expect(await codeOf(requestPasswordReset({ email: person.email }, freshOrigin()))).toBe('RATE_LIMITED');
  });
});

describe('resetPassword', () => {
  it('replaces the password, ends every session, proves the address and tells the owner', async () => {
    const password = freshPassword();
    const { mail } = await resetPassword({ token: await resetToken(), password }, freshOrigin());
    await mail;
    expect(await findSession(person.sessionId)).toBeUndefined();
    expect(await signInWith(person.password)).toBe('UNAUTHENTICATED');
    expect(await signInWith(password)).toBe('ok');
    expect((await getDb().user.findUniqueOrThrow({ where: { id: person.userId } })).emailVerifiedAt).not.toBeNull();
    expect((await mailsTo(person.email)).at(-1)).toContain('Subject: Your password was changed');
  });

  it('by one link happens once, also when it is sent twice at the same moment', async () => {
    const token = await resetToken();
    const attempts = await Promise.all([1, 2, 3].map(() => codeOf(resetPassword({ token, password: freshPassword() }, freshOrigin()))));
    expect(attempts.sort()).toEqual(['CONFLICT', 'CONFLICT', 'ok']);
  });

  it('keeps the link good when the chosen password is refused, so that nobody has to start again', async () => {
    const token = await resetToken();
    expect(await codeOf(resetPassword({ token, password: 'Password123456' }, freshOrigin()))).toBe('INVALID_INPUT');
    expect(await codeOf(resetPassword({ token, password: freshPassword() }, freshOrigin()))).toBe('ok');
  });

  it('refuses a link that is an hour old', async () => {
    const token = await resetToken();
    await age('RESET_PASSWORD');
    expect(await codeOf(resetPassword({ token, password: freshPassword() }, freshOrigin()))).toBe('CONFLICT');
    expect(await signInWith(person.password)).toBe('ok');
  });
});

describe('changePassword', () => {
  const change = async (currentPassword: string, newPassword: string) => changePassword(await person.session(), { currentPassword, newPassword }, person.origin);

  it('keeps this browser and signs out all others', async () => {
    const other = (await signIn({ email: person.email, password: person.password }, freshOrigin())).sessionId;
    const newPassword = freshPassword();
    expect(await change(person.password, newPassword)).toMatchObject({ sessionsEnded: 1 });
    expect(await findSession(other)).toBeUndefined();
    expect(await findSession(person.sessionId)).toBeDefined();
    expect(await signInWith(person.password)).toBe('UNAUTHENTICATED');
    expect(await signInWith(newPassword)).toBe('ok');
  });

  it('makes a reset link that is under way useless: a thief of the mailbox must not undo it', async () => {
    const token = await resetToken();
    await change(person.password, freshPassword());
    expect(await codeOf(resetPassword({ token, password: freshPassword() }, freshOrigin()))).toBe('CONFLICT');
  });

  it('needs the present password, and lets nobody guess it at an open browser', async () => {
    for (let count = 0; count < 10; count++) {
      await expect(change('not the password', freshPassword())).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { fields: { currentPassword: expect.any(String) } } });
    }
    expect(await codeOf(change(person.password, freshPassword()))).toBe('RATE_LIMITED');
  });

  it('of two changes at the same moment lets one win', async () => {
    const codes = await Promise.all([1, 2].map(() => codeOf(change(person.password, freshPassword()))));
    expect(codes.sort()).toEqual(['CONFLICT', 'ok']);
  });
});
