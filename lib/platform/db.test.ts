import { inspect } from 'node:util';
import { beforeAll, expect, it, vi } from 'vitest';
import type * as DbModule from './db';

let db: ReturnType<typeof DbModule.getDb>;

// Nobody listens there: what is tested is refused before anything is sent.
beforeAll(async () => {
  vi.stubEnv('DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/none');
  vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:1');
  vi.stubEnv('CHAINWORKS_DATA', '/nonexistent');
  vi.stubEnv('CHAINWORKS_SECRETS', '/nonexistent/secrets.json');
  vi.stubEnv('PUBLIC_URL', 'http://127.0.0.1:3000');
  db = (await import('./db')).getDb();
});

const person = { id: 'usr_1', email: 'lin@harbour.example', name: 'Lin', passwordHash: '$argon2id$v=19$secret' };

const refused = {
  'a value of the wrong type': () => db.user.create({ data: { ...person, emailVerifiedAt: 'no date' } }),
  'an unknown field': () => db.user.create({ data: { ...person, nickname: 'lin' } as typeof person }),
  'a missing field': () => db.user.create({ data: { email: person.email, passwordHash: person.passwordHash } as typeof person }),
  'several rows': () => db.user.createMany({ data: [person, { ...person, emailVerifiedAt: 'no date' }] }),
  'a search': () => db.user.findFirst({ where: { passwordHash: person.passwordHash, emailVerifiedAt: 'no date' } }),
};

it.each(Object.keys(refused) as (keyof typeof refused)[])('a refused query (%s) never prints the values it was to store or look for, a password hash least of all', async (name) => {
  const error: unknown = await refused[name]().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'PrismaClientValidationError' });
  // Which call and which field, so that the mistake can be found.
  expect(String(error)).toMatch(/prisma\.user\.\w+.*(emailVerifiedAt|nickname|`id`|`name`)/s);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/argon2id|lin@harbour/);
});
