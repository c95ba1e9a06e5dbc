import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { getDb } from './db';
import { getRedis } from './redis';

export interface Readiness {
  ready: boolean;
  /** `ok`, or what is wrong, without addresses and secrets. */
  checks: { database: string; redis: string; migrations: string };
}

const checkMsMax = 3_000;

/** Whether a process can work: the database answers, Redis answers, and the schema is the one this code was written for. */
export async function checkReadiness(migrationsDirectory = path.resolve('prisma/migrations')): Promise<Readiness> {
  const [database, redis] = await Promise.all([
    within(getDb().$queryRaw`SELECT 1`.then(() => 'ok')),
    within(getRedis().ping().then(() => 'ok')),
  ]);
  const migrations = database === 'ok' ? await within(migrationState(migrationsDirectory)) : 'unknown while the database does not answer';
  const checks = { database, redis, migrations };
  return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
}

async function migrationState(directory: string): Promise<string> {
  const [rows, entries] = await Promise.all([
    getDb().$queryRaw<{ name: string; finished: boolean }[]>`
      SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
    readdir(directory, { withFileTypes: true }),
  ]);
  const unfinished = rows.find((row) => !row.finished);
  if (unfinished) return `migration ${unfinished.name} has not finished`;
  const applied = new Set(rows.map((row) => row.name));
  const missing = entries.filter((entry) => entry.isDirectory() && !applied.has(entry.name));
  return missing.length === 0 ? 'ok' : `${missing.length} migrations are not applied`;
}

async function within(check: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), checkMsMax);
  });
  try {
    // The messages of drivers name hosts and users: the log has them, a public page must not.
    return await Promise.race([check.catch(() => 'does not answer'), late]);
  } finally {
    clearTimeout(timer);
  }
}
