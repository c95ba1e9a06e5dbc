import { randomBytes } from 'node:crypto';
import type * as Argon2 from '@node-rs/argon2';
import { verify } from '@node-rs/argon2';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { getDb } from '@/lib/platform';
import { findSession } from './find-session';
import { hashPassword } from './passwords';
import { signIn } from './sign-in';
import { createPerson, freshOrigin, type Person } from './testing';

// The real one, watched.
vi.mock('@node-rs/argon2', async (load) => {
  const real = await load<typeof Argon2>();
  return { ...real, verify: vi.fn<typeof Argon2.verify>(real.verify) };
});

let person: Person;
beforeAll(async () => {
  person = await createPerson();
});

const codeOf = (attempt: Promise<unknown>) => attempt.then(() => 'in', (error: { code: string }) => error.code);

describe('signIn', () => {
  it('starts a session that remembers where it came from', async () => {
    const origin = freshOrigin('Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0');
    const { sessionId } = await signIn({ email: person.email, password: person.password }, origin);
    const row = await getDb().session.findUniqueOrThrow({ where: { id: sessionId } });
    expect(row).toMatchObject({ userId: person.userId, ipAddress: origin.ipAddress, userAgent: origin.userAgent, endedAt: null });
    expect(row.expiresAt.getTime() - row.createdAt.getTime()).toBe(30 * 86_400_000);
    expect(await getDb().auditEvent.count({ where: { action: 'session.begin', subjectId: sessionId } })).toBe(1);
  });

  it('ends the session that the browser held before, whoever’s it was, and no other', async () => {
    const [before, elsewhere] = [await createPerson(), await createPerson()];
    const other = await signIn({ email: person.email, password: person.password }, freshOrigin());
    await signIn({ email: person.email, password: person.password }, freshOrigin(), before.sessionId);
    await expect(before.session()).rejects.toThrow('over');
    expect(await getDb().auditEvent.count({ where: { action: 'session.end', subjectId: before.sessionId } })).toBe(1);
    expect(await findSession(other.sessionId)).toBeDefined();
    await signIn({ email: person.email, password: 'not the password' }, freshOrigin(), elsewhere.sessionId).catch(() => undefined);
    await expect(elsewhere.session()).resolves.toBeDefined();
  });

  it('counts all addresses of one IPv6 network as one, since a single machine has 2^64 of them', async () => {
    const victim = await createPerson();
    const network = `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}`;
    const guess = (count: number) => codeOf(signIn({ email: victim.email, password: 'not the password' }, { ...freshOrigin(), ipAddress: `${network}::${count.toString(16)}` }));
    for (let count = 1; count <= 10; count++) expect(await guess(count)).toBe('UNAUTHENTICATED');
    expect(await guess(11)).toBe('RATE_LIMITED');
  });

  it('tells a wrong password and an unknown account apart to nobody', async () => {
    const wrong = await signIn({ email: person.email, password: 'not the password' }, freshOrigin()).catch((error: unknown) => error);
    const unknown = await signIn({ email: 'nobody@example.com', password: 'not the password' }, freshOrigin()).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(unknown).toMatchObject({ code: 'UNAUTHENTICATED', message: (wrong as Error).message, publicMessage: (wrong as { publicMessage: string }).publicMessage });
  });

  it('does the same work for an unknown account as for a wrong password', async () => {
    const workOf = async (email: string) => {
      vi.mocked(verify).mockClear();
      expect(await codeOf(signIn({ email, password: 'not the password' }, freshOrigin()))).toBe('UNAUTHENTICATED');
      // Algorithm, version and costs as the PHC string names them: what decides how long it takes.
      return vi.mocked(verify).mock.calls.map(([stored, password]) => [String(stored).split('$').slice(0, 4).join('$'), password]);
    };
    const known = await workOf(person.email);
    expect(known).toEqual([['$argon2id$v=19$m=19456,t=2,p=1', 'not the password']]);
    for (let count = 0; count < 2; count++) expect(await workOf(`nobody-${count}@example.com`)).toEqual(known);
  });

  it('knows a password however its accents were typed', async () => {
    const accented = await createPerson();
    await getDb().user.update({ where: { id: accented.userId }, data: { passwordHash: await hashPassword('vier Kräne am Kai') } });
    expect(await codeOf(signIn({ email: accented.email, password: 'vier Kra\u0308ne am Kai' }, freshOrigin()))).toBe('in');
  });

  it('stops guessing at one account from one address after ten attempts, and says for how long', async () => {
    const origin = freshOrigin();
    const guess = () => signIn({ email: person.email, password: 'not the password' }, origin);
    for (let count = 0; count < 10; count++) expect(await codeOf(guess())).toBe('UNAUTHENTICATED');
    const error = await guess().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'RATE_LIMITED', publicMessage: expect.stringMatching(/Try again in 1[45] minutes/) });
    const { retryAfterSeconds } = (error as { details: { retryAfterSeconds: number } }).details;
    expect(retryAfterSeconds).toBeGreaterThan(880);
    expect(retryAfterSeconds).toBeLessThanOrEqual(900);
    // Not even the right password gets in from there …
    expect(await codeOf(signIn({ email: person.email, password: person.password }, origin))).toBe('RATE_LIMITED');
    // … but its owner does, elsewhere: a stranger cannot lock an account.
    expect(await codeOf(signIn({ email: person.email, password: person.password }, freshOrigin()))).toBe('in');
  });

  it('forgets the slips of an owner who got in', async () => {
    const owner = await createPerson();
    const origin = freshOrigin();
    for (let round = 0; round < 2; round++) {
      for (let count = 0; count < 9; count++) expect(await codeOf(signIn({ email: owner.email, password: 'a slip of keys' }, origin))).toBe('UNAUTHENTICATED');
      expect(await codeOf(signIn({ email: owner.email, password: owner.password }, origin))).toBe('in');
    }
  });

  it('stops one address from trying many accounts', async () => {
    const origin = freshOrigin();
    const codes = await Promise.all(Array.from({ length: 101 }, (_, index) => codeOf(signIn({ email: `n${index}@example.com`, password: 'not the password' }, origin))));
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(1);
  });

  it('stops many addresses from trying one account', async () => {
    const victim = await createPerson();
    const codes: string[] = [];
    for (let batch = 0; batch < 11; batch++) {
      codes.push(...(await Promise.all(Array.from({ length: 10 }, () => codeOf(signIn({ email: victim.email, password: 'not the password' }, freshOrigin()))))));
    }
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(10);
  });
});
