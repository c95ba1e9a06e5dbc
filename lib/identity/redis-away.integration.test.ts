import { beforeAll, describe, expect, it, vi } from 'vitest';
import type * as IdentityRoom from './index';
import type * as TestingRoom from './testing';

// A port that nobody listens on: the tests of this file run in a process whose Redis is away.
vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:1');

let identity: typeof IdentityRoom;
let testing: typeof TestingRoom;

beforeAll(async () => {
  identity = await import('./index');
  testing = await import('./testing');
});

describe('while Redis is away', () => {
  it('nobody may guess passwords without being counted: sign-in says UNAVAILABLE, and does not wait for its return', async () => {
    await expect(identity.signIn({ email: 'a@example.com', password: 'x' }, testing.freshOrigin())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { what: 'redis' },
      retryable: true,
      cause: expect.any(Error),
    });
  });

  it('nor sign up', async () => {
    await expect(identity.signUp({ email: 'a@example.com', password: testing.freshPassword() }, testing.freshOrigin())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
