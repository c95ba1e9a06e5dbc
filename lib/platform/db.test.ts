import { inspect } from 'node:util';
import { expect, it, vi } from 'vitest';

it('a refused query never prints what it was to store: a password hash stays out of every log', async () => {
  vi.stubEnv('DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/none');
  vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:1');
  vi.stubEnv('CHAINWORKS_DATA', '/nonexistent');
  vi.stubEnv('CHAINWORKS_SECRETS', '/nonexistent/secrets.json');
  vi.stubEnv('PUBLIC_URL', 'http://127.0.0.1:3000');
  const { getDb } = await import('./db');
  const data = { id: 'usr_1', email: 'lin@harbour.example', name: 'Lin', passwordHash: '$argon2id$v=19$secret', emailVerifiedAt: 'no date' };
  // Refused before anything is sent to the database: one value has the wrong type.
  const error: unknown = await getDb().user.create({ data }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'PrismaClientValidationError' });
  expect(inspect(error, { depth: 9 })).not.toMatch(/argon2id|lin@harbour/);
});
