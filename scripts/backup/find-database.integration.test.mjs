import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../supervisor/ports.mjs';
import { acceptsConnections, startPostgres } from '../supervisor/postgres.mjs';
import { createFamily } from '../supervisor/processes.mjs';
import { dataLayout } from '../supervisor/project.mjs';
import { createSupervisor } from '../supervisor/supervise.mjs';
import { findDatabase } from './find-database.mjs';

const data = mkdtempSync(path.join(os.tmpdir(), 'chainworks-find-'));
const secrets = { postgresPassword: 'c'.repeat(32) };
let family;
let supervise;
beforeAll(() => {
  vi.stubEnv('DATABASE_URL', '');
  family = createFamily();
  supervise = createSupervisor({ family, logs: dataLayout(data).logs, say: () => {} });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await family.stop();
  rmSync(data, { recursive: true, force: true });
});

describe('an installation’s own database', () => {
  it('is found while it runs, told while it starts or stops, and started while nobody uses it', { timeout: 60_000 }, async () => {
    await expect(findDatabase({ data, isRunning: false, secrets, supervise })).rejects.toThrow('holds no database');
    let server;
    const own = (...command) => (server = supervise(...command));
    const url = await startPostgres({ supervise: own, directory: dataLayout(data).postgres, port: await freePort(), password: secrets.postgresPassword });
    expect(await findDatabase({ data, isRunning: true, secrets, supervise })).toBe(url);
    await server.stop();
    await expect(findDatabase({ data, isRunning: true, secrets, supervise })).rejects.toThrow('being started or stopped');
    expect(await acceptsConnections(await findDatabase({ data, isRunning: false, secrets, supervise }))).toBe(true);
  });

  it('is left alone where DATABASE_URL names another server', async () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/none');
    await expect(findDatabase({ data, isRunning: true, secrets, supervise })).rejects.toThrow('DATABASE_URL');
    vi.stubEnv('DATABASE_URL', '');
  });
});
