// Every table of the database at one instant, as gzipped COPY text, one file a table.
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { SetupError } from '../supervisor/setup-error.mjs';
import { copyOut } from './copy-streams.mjs';
import { connect, listMigrations, listSequences, listTables } from './tables.mjs';

/**
 * Takes the database's instant; what is written to it afterwards is not in the dump, whenever the rows are read.
 * @param {string} databaseUrl
 */
export async function openSnapshot(databaseUrl) {
  const client = await connect(databaseUrl);
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const tables = await listTables(client);
    if (!tables.some(({ name }) => name === '_prisma_migrations')) throw new SetupError('The database holds no installation of Chainworks yet: there is nothing to save.');
    // No migration may drop or alter a table until it is read.
    for (const { name } of tables) await client.query(`LOCK TABLE ${client.escapeIdentifier(name)} IN ACCESS SHARE MODE`);
    const { rows: [facts] } = await client.query("SELECT current_setting('server_version') AS server, pg_database_size(current_database())::text AS bytes");
    const migrations = await listMigrations(client);
    return { client, tables, migrations, server: facts.server, bytes: Number(facts.bytes), close: () => client.end() };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/**
 * Writes `<directory>/<table>.copy.gz` for each table.
 * @param {Awaited<ReturnType<typeof openSnapshot>>} snapshot
 */
export async function dumpDatabase({ client, tables, migrations, server }, directory) {
  const written = [];
  for (const { name, columns } of tables) {
    const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
    const { stream, rows } = await copyOut(client, `COPY ${client.escapeIdentifier(name)} (${list}) TO STDOUT`);
    await pipeline(stream, createGzip({ level: 1 }), createWriteStream(path.join(directory, tableFile(name)), { mode: 0o600 }));
    written.push({ name, columns, rows: rows() });
  }
  // Sequences stand outside of transactions: read last, they are past every row above.
  const sequences = await listSequences(client);
  await client.query('COMMIT');
  return { server, migrations, tables: written, sequences };
}

export function tableFile(name) {
  return `${name}.copy.gz`;
}
