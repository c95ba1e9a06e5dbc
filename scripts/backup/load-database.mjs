// The rows of a backup into an empty database: the schema by the same migrations, then every table in one transaction.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { withPostgres } from '../supervisor/postgres.mjs';
import { projectPath } from '../supervisor/project.mjs';
import { SetupError } from '../supervisor/setup-error.mjs';
import { copyIn } from './copy-streams.mjs';
import { tableFile } from './dump-database.mjs';
import { connect, schemaOf } from './tables.mjs';

/** As Prisma makes it: `migrate deploy` goes on from these rows at the next start. */
const migrationsTable = `CREATE TABLE _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
  logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/** Texts of the migrations that made the saved schema. Throws when this program does not have one of them as it was. */
export function readMigrations(migrations, directory = projectPath('prisma/migrations')) {
  return migrations.map(({ name, checksum }) => {
    const file = path.join(directory, path.basename(name), 'migration.sql');
    const bytes = existsSync(file) ? readFileSync(file) : undefined;
    if (!bytes) throw new SetupError(`The backup was made by a newer Chainworks: this one does not know the migration ${name}. Restore it with that version or a later one.`);
    if (createHash('sha256').update(bytes).digest('hex') !== checksum) throw new SetupError(`The migration ${name} is not the one that the backup was made with. Restore it with the version that made it.`);
    return { name, sql: bytes.toString('utf8') };
  });
}

/** Makes the database where the server has none of that name. */
async function makeDatabase(databaseUrl) {
  const name = decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
  await withPostgres(databaseUrl, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  });
}

async function requireEmpty(client, databaseUrl) {
  const { rowCount } = await client.query("SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'v', 'm') LIMIT 1");
  if (rowCount === 0) return;
  const { hostname, port, pathname } = new URL(databaseUrl);
  throw new SetupError(`The database ${pathname.slice(1)} at ${hostname}:${port || 5432} holds tables already. Name an empty one in DATABASE_URL: nothing is overwritten.`);
}

/**
 * Constraints and triggers stay on: tables come in the order of their references, no trigger changes a row that is
 * inserted, and the deferred ones check at the end, so that rows which do not hang together are refused here.
 * @param {{ databaseUrl: string, directory: string, database: import('./manifest.mjs').SavedDatabase }} what
 */
export async function loadDatabase({ databaseUrl, directory, database }) {
  const migrations = readMigrations(database.migrations);
  await makeDatabase(databaseUrl);
  const client = await connect(databaseUrl);
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(schemaOf(databaseUrl))}`);
    await requireEmpty(client, databaseUrl);
    await client.query(migrationsTable);
    for (const { sql } of migrations) await client.query(sql);
    await client.query('BEGIN');
    for (const { name, columns, rows } of database.tables) {
      const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
      const source = pipeline(createReadStream(path.join(directory, tableFile(name))), createGunzip(), () => {}); // a failure comes out of the source
      const copied = await copyIn(client, `COPY ${client.escapeIdentifier(name)} (${list}) FROM STDIN`, source);
      if (copied !== rows) throw new SetupError(`The table ${name} has ${copied} rows in the backup's file and ${rows} in its manifest.`);
    }
    for (const { name, value, isCalled } of database.sequences) await client.query('SELECT setval($1::regclass, $2::bigint, $3)', [client.escapeIdentifier(name), value, isCalled]);
    await client.query('COMMIT');
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

/** Counts the rows of each table once more, in the database itself; gives the differences as sentences. */
export async function compareDatabase(databaseUrl, { tables, sequences }) {
  const client = await connect(databaseUrl);
  try {
    const differences = [];
    for (const { name, rows } of tables) {
      const { rows: [found] } = await client.query(`SELECT count(*)::text AS count FROM ${client.escapeIdentifier(name)}`);
      if (Number(found.count) !== rows) differences.push(`table ${name} has ${found.count} rows instead of ${rows}`);
    }
    for (const { name, value } of sequences) {
      const { rows: [found] } = await client.query(`SELECT last_value::text AS value FROM ${client.escapeIdentifier(name)}`);
      if (found.value !== value) differences.push(`counter ${name} stands at ${found.value} instead of ${value}`);
    }
    return differences;
  } finally {
    await client.end();
  }
}
