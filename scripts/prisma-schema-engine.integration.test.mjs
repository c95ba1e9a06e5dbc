import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { projectPath } from './supervisor/project.mjs';

const schemaFile = projectPath('prisma/schema.prisma');
const baseDir = projectPath('prisma/migrations');

/** The migrations as Prisma's command line hands them to its engine. */
function migrationsList() {
  const names = readdirSync(baseDir, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: readFileSync(`${baseDir}/migration_lock.toml`, 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path) => ({ path, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: readFileSync(`${baseDir}/${path}/migration.sql`, 'utf8') } } })),
  };
}

/** One call of the engine, over its standard streams. */
async function call(method, schema) {
  const args = [projectPath('scripts/prisma-schema-engine.mjs'), '--datamodels', schemaFile, '--datasource', JSON.stringify({ url: process.env.DATABASE_URL })];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const params = { migrationsList: migrationsList(), schema: { files: [{ path: schemaFile, content: schema }] }, filters: { externalTables: [], externalEnums: [] } };
  child.stdin.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: method === 'createMigration' ? { ...params, migrationName: 'lighthouses', draft: false } : params })}\n`);
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, result, error } = JSON.parse(line);
    if (id !== 1) continue;
    await ended;
    if (error) throw new Error(error.data.message);
    return result;
  }
  throw new Error('the engine gave no answer');
}

const schema = readFileSync(schemaFile, 'utf8');

it('writes the migration that leads from those that exist to a changed schema, and nothing else', async () => {
  const changed = `${schema}\nmodel Lighthouse {\n  id String @id\n}\n`;
  expect(await call('evaluateDataLoss', changed)).toMatchObject({ migrationSteps: 1, unexecutableSteps: [] });
  const { generatedMigrationName, migrationScript, extension } = await call('createMigration', changed);
  expect(generatedMigrationName).toMatch(/^\d{14}_lighthouses$/);
  expect(extension).toBe('sql');
  expect(migrationScript.match(/^(CREATE|ALTER|DROP) .*/gm)).toEqual(['CREATE TABLE "Lighthouse" (']);
});

it('writes none when the schema is what the migrations make: nobody forgot to write one', async () => {
  expect(await call('evaluateDataLoss', schema)).toMatchObject({ migrationSteps: 0 });
  expect(await call('createMigration', schema)).toMatchObject({ migrationScript: null });
});
