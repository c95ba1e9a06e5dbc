import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  delete (globalThis as { chainworksSingletons?: unknown }).chainworksSingletons;
});

const load = async () => (await import('./check-readiness')).checkReadiness;

describe('checkReadiness', () => {
  it('says ready when database, Redis and schema are there', async () => {
    expect(await (await load())()).toEqual({ ready: true, checks: { database: 'ok', redis: 'ok', migrations: 'ok' } });
  });

  it('is not ready while a migration of this code is not applied', async () => {
    const migrations = await mkdtemp(path.join(os.tmpdir(), 'chainworks-migrations-'));
    await mkdir(path.join(migrations, '20990101000000_later'));
    expect(await (await load())(migrations)).toMatchObject({ ready: false, checks: { database: 'ok', migrations: '1 migrations are not applied' } });
    await rm(migrations, { recursive: true });
  });

  it('is not ready without the database, answers all the same, and names no host', async () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://app:s3cret@127.0.0.1:1/app');
    const readiness = await (await load())();
    expect(readiness).toMatchObject({ ready: false, checks: { database: 'does not answer', redis: 'ok' } });
    expect(JSON.stringify(readiness)).not.toMatch(/127|s3cret/);
  });

  it('is not ready without Redis', async () => {
    vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:1');
    expect(await (await load())()).toMatchObject({ ready: false, checks: { database: 'ok', migrations: 'ok', redis: expect.stringMatching(/not answer|no answer/) } });
  });
});
