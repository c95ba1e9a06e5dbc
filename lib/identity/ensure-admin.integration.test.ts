import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as PlatformRoom from '@/lib/platform';
import type * as IdentityRoom from './index';
import { createScratchDatabase, freshOrigin, freshPassword } from './testing';

const email = 'admin@portal.test';

let scratch: Awaited<ReturnType<typeof createScratchDatabase>>;
let platform: typeof PlatformRoom;
let identity: typeof IdentityRoom;

const isIn = (password: string) => identity.signIn({ email, password }, freshOrigin()).then(() => true, () => false);

// There is one portal admin, so these tests cannot share the database with others that need one.
beforeAll(async () => {
  scratch = await createScratchDatabase();
  vi.stubEnv('DATABASE_URL', scratch.url);
  vi.resetModules();
  platform = await import('@/lib/platform');
  identity = await import('./index');
});
afterAll(() => scratch.drop());

beforeEach(async () => {
  await platform.getDb().user.deleteMany();
});

describe('ensureAdmin', () => {
  it('makes a portal admin who can sign in and belongs to no organisation', async () => {
    const password = freshPassword();
    const { created, userId } = await identity.ensureAdmin({ email, password });
    expect(created).toBe(true);
    const { sessionId } = await identity.signIn({ email, password }, freshOrigin());
    expect(await identity.findSession(sessionId)).toMatchObject({ user: { id: userId, isPortalAdmin: true, emailVerified: true }, organisations: [] });
  });

  it('never resets the password of an admin who is there', async () => {
    const password = freshPassword();
    const first = await identity.ensureAdmin({ email, password });
    const second = await identity.ensureAdmin({ email, password: freshPassword() });
    expect(second).toEqual({ userId: first.userId, created: false });
    expect(await isIn(password)).toBe(true);
  });

  it('by several set-ups at once makes one', async () => {
    const results = await Promise.all([1, 2, 3].map(() => identity.ensureAdmin({ email, password: freshPassword() })));
    expect(results.filter((one) => one.created)).toHaveLength(1);
    expect(new Set(results.map((one) => one.userId)).size).toBe(1);
    expect(await platform.getDb().user.count({ where: { portalRole: 'ADMIN' } })).toBe(1);
  });
});
