import { describe, expect, it } from 'vitest';
import { getDb } from '@/lib/platform';
import { findSession } from './find-session';
import { signUp } from './sign-up';
import { createPerson, freshOrigin, freshPassword, mailsTo } from './testing';

const emailOf = (name: string) => `${name}-${Math.trunc(performance.now() * 1e6)}@example.com`;

describe('signUp', () => {
  it('opens user, organisation of one, ownership, session and audit row together', async () => {
    const person = await createPerson({ name: 'Lin Wei', organisation: 'Ningbo Port' });
    expect(await person.session()).toMatchObject({
      id: person.sessionId,
      user: { id: person.userId, email: person.email, name: 'Lin Wei', emailVerified: false, isPortalAdmin: false },
      organisations: [{ id: person.organisationId, name: 'Ningbo Port', role: 'OWNER' }],
    });
    const events = await getDb().auditEvent.findMany({ where: { subjectId: person.userId } });
    expect(events).toMatchObject([{ action: 'user.sign-up', actorUserId: person.userId, organisationId: person.organisationId, requestId: person.origin.requestId }]);
  });

  it('asks nothing that it can make: name from the address, organisation from the name', async () => {
    const { sessionId } = await signUp({ email: emailOf('ada.lovelace'), password: freshPassword() }, freshOrigin());
    const session = await findSession(sessionId);
    expect(session?.user.name).toMatch(/^Ada Lovelace/);
    expect(session?.organisations[0]?.name).toBe(session?.user.name);
  });

  it('stores an argon2id hash with the OWASP costs, never the password', async () => {
    const person = await createPerson();
    const user = await getDb().user.findUniqueOrThrow({ where: { id: person.userId } });
    expect(user.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('mails a link whose token stands behind the #, where no server sees it', async () => {
    const person = await createPerson();
    const mails = await mailsTo(person.email);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatch(/\nhttp:\/\/[^/?]+\/verify-email#token=[\w-]{43}\n/);
  });

  it('of two requests for one address at the same moment makes one account and nothing else', async () => {
    const email = emailOf('twice');
    const db = getDb();
    const attempts = await Promise.allSettled([1, 2, 3].map(() => signUp({ email, password: freshPassword(), organisation: email }, freshOrigin())));
    expect(attempts.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of attempts) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await db.user.count({ where: { email } })).toBe(1);
    expect(await db.organisation.count({ where: { name: email } })).toBe(1);
    expect(await db.session.count({ where: { user: { email } } })).toBe(1);
  });

  it('refuses a password that would be guessed, and makes nothing', async () => {
    const email = emailOf('weak');
    await expect(signUp({ email, password: 'Password123456' }, freshOrigin())).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { fields: { password: expect.stringContaining('guessed') } },
    });
    expect(await getDb().user.count({ where: { email } })).toBe(0);
  });

  it('stops one address from opening accounts without end', async () => {
    const origin = freshOrigin();
    const attempt = () => signUp({ email: 'never@example.com', password: 'aaaaaaaaaaaa' }, origin).catch((error: { code: string }) => error.code);
    const codes = [];
    for (let count = 0; count < 61; count++) codes.push(await attempt());
    expect(codes.slice(0, 60).every((code) => code === 'INVALID_INPUT')).toBe(true);
    expect(codes[60]).toBe('RATE_LIMITED');
  });
});
