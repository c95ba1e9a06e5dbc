import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { getEnv } from '@/lib/platform';

const migrations = path.resolve('prisma/migrations');

/**
 * A migrated database of its own beside the shared one, for tests that need to be alone. Give its address to
 * `vi.stubEnv('DATABASE_URL', …)` before the room is imported.
 */
export async function createScratchDatabase(sharedUrl = getEnv().DATABASE_URL): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `scratch_${randomBytes(6).toString('hex')}`;
  const url = new URL(sharedUrl);
  url.pathname = `/${name}`;
  await query(sharedUrl, [`CREATE DATABASE ${name} TEMPLATE template0`]);
  const folders = (await readdir(migrations, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const scripts = await Promise.all(folders.sort().map((folder) => readFile(path.join(migrations, folder, 'migration.sql'), 'utf8')));
  await query(url.href, scripts);
  return { url: url.href, drop: () => query(sharedUrl, [`DROP DATABASE ${name} WITH (FORCE)`]) };
}

async function query(connectionString: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
