// The portal's production build: made anew when the sources differ from those of the last build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { acquireLock, isOwnerAlive, ownIdentity } from './lock.mjs';
import { projectPath } from './project.mjs';
import { SetupError } from './setup-error.mjs';

export const sources = [
  'app',
  'lib',
  'public',
  'prisma/schema.prisma',
  'instrumentation.ts',
  'next.config.js',
  'package-lock.json',
  'package.json',
  'postcss.config.mjs',
  'proxy.ts',
  'tsconfig.json',
];
const isIgnored = (name) => /\.(test|journey)\.tsx?$/.test(name) || name === 'README.md';

function* filesBelow(place) {
  if (!existsSync(place)) return;
  const entries = readdirSync(place, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const file = path.join(place, entry.name);
    if (entry.isDirectory()) {
      if (file !== projectPath('lib/platform/generated')) yield* filesBelow(file);
    } else if (!isIgnored(entry.name)) yield file;
  }
}

/** A hash of the names and contents of files and of everything below folders, without tests. */
export function hashFiles(places) {
  const hash = createHash('sha256');
  for (const source of places) {
    const place = projectPath(source);
    const files = path.extname(source) ? [place].filter(existsSync) : filesBelow(place);
    for (const file of files) hash.update(path.relative(projectPath(), file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

const stampFile = () => projectPath('.next/chainworks-sources');
const servingDirectory = () => projectPath('.cache/serving');

/** Says that this process serves the build, so that nobody replaces it meanwhile; gives the undo. */
export function announceServing() {
  mkdirSync(servingDirectory(), { recursive: true });
  const file = path.join(servingDirectory(), String(process.pid));
  writeFileSync(file, JSON.stringify(ownIdentity()));
  return () => rmSync(file, { force: true });
}

function findServer() {
  if (!existsSync(servingDirectory())) return undefined;
  for (const name of readdirSync(servingDirectory())) {
    const file = path.join(servingDirectory(), name);
    if (Number(name) === process.pid) continue;
    if (isOwnerAlive(file)) return name;
    rmSync(file, { force: true });
  }
  return undefined;
}

/** Builds when the sources changed; gives a note. Safe to run side by side. */
export async function buildPortal(family, env) {
  mkdirSync(projectPath('.cache'), { recursive: true });
  const lock = await acquireLock(projectPath('.cache/build.lock'), { waitMs: 600_000, what: 'building the portal' });
  try {
    const hash = hashFiles(sources);
    const stamp = stampFile();
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'unchanged';
    const server = findServer();
    if (server) {
      throw new SetupError(
        `Process ${server} serves the portal from .next, and the sources have changed since that build.\n` +
          'Stop it first: a new build would take its files away.',
      );
    }
    rmSync(stamp, { force: true });
    const command = [process.execPath, projectPath('node_modules/next/dist/bin/next'), 'build'];
    const { code, output } = await family.runQuietly(command, { env: { ...env, NODE_ENV: 'production' } });
    if (code !== 0) throw new SetupError(`next build failed:\n${output.trim()}`);
    writeFileSync(stamp, hash);
    return 'built';
  } finally {
    lock.release();
  }
}
