// Prisma's command line without any download, and the generated client.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { acquireLock } from './lock.mjs';
import { projectPath } from './project.mjs';
import { SetupError } from './setup-error.mjs';

/** What Prisma's command line needs so that it fetches nothing and asks nobody. */
export function prismaEnvironment(databaseUrl) {
  return {
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    PRISMA_SCHEMA_ENGINE_BINARY: projectPath('scripts/prisma-schema-engine.mjs'),
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  };
}

/** Runs `prisma <args>`; throws with its output when it fails. */
export async function prisma(family, args, { databaseUrl, inherit = false } = {}) {
  const command = [process.execPath, projectPath('node_modules/prisma/build/index.js'), ...args];
  const env = { ...process.env, ...prismaEnvironment(databaseUrl), NO_COLOR: inherit ? process.env.NO_COLOR ?? '' : '1' };
  if (inherit) return family.run(command, { env });
  const { code, output } = await family.runQuietly(command, { env });
  if (code !== 0) throw new SetupError(`prisma ${args.join(' ')} failed:\n${output.trim()}`);
  return code;
}

/** Generates the client when the schema or Prisma's version changed; gives a note. Safe to run side by side. */
export async function generateClient(family) {
  const stamp = projectPath('.cache/prisma-generate');
  const output = projectPath('lib/platform/generated/prisma/client.ts');
  const hash = createHash('sha256')
    .update(readFileSync(projectPath('prisma/schema.prisma')))
    .update(readFileSync(projectPath('node_modules/prisma/package.json')))
    .digest('hex');
  const isCurrent = () => existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (isCurrent()) return 'unchanged';
  mkdirSync(path.dirname(stamp), { recursive: true });
  const lock = await acquireLock(projectPath('.cache/prisma-generate.lock'), { waitMs: 120_000, what: 'generating the database client' });
  try {
    if (isCurrent()) return 'unchanged';
    await prisma(family, ['generate']);
    writeFileSync(stamp, hash);
    return 'generated';
  } finally {
    lock.release();
  }
}

/** Brings the database to the newest schema, making it where it does not exist. */
export async function migrate(family, databaseUrl) {
  await prisma(family, ['migrate', 'deploy'], { databaseUrl });
}
