// node_modules: brought to the lock file when it changed, without running any package's install script.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { acquireLock } from './lock.mjs';
import { linkPostgresLibraries } from './postgres.mjs';
import { projectPath } from './project.mjs';
import { SetupError } from './setup-error.mjs';

const stampFile = () => projectPath('node_modules/.chainworks-installed');

/** `engines.node` of package.json, without a library for version ranges. */
export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24) return;
  throw new SetupError(`Node.js ${version} is not supported: 20.19 or newer of 20, 22.12 or newer of 22, or 24 and newer. 24 is recommended.`);
}

function wantedStamp() {
  const lock = readFileSync(projectPath('package-lock.json'));
  const { platform, arch, versions } = process;
  return createHash('sha256').update(lock).update(`${platform} ${arch} ${versions.modules}`).digest('hex');
}

/** Whether somebody's own `npm ci` has already installed what the lock file says. */
function matchesLockFile() {
  const installedFile = projectPath('node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(projectPath('package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([place, { version, optional }]) => place === '' || optional || installed[place]?.version === version,
  );
}

/** The stamp comes last: a set-up that was killed before it begins again. */
function finish(stamp, note) {
  linkPostgresLibraries();
  writeFileSync(stampFile(), stamp);
  return note;
}

/** Installs the packages when needed; gives a note. Safe to run side by side. */
export async function installPackages(family) {
  const stamp = wantedStamp();
  const isCurrent = () => existsSync(stampFile()) && readFileSync(stampFile(), 'utf8') === stamp;
  if (isCurrent()) return 'unchanged';
  mkdirSync(projectPath('.cache'), { recursive: true });
  const lock = await acquireLock(projectPath('.cache/install.lock'), { waitMs: 600_000, what: 'installing packages' });
  try {
    if (isCurrent()) return 'unchanged';
    if (matchesLockFile()) return finish(stamp, 'already installed');
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const { code, output } = await family.runQuietly([...npm, 'ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund']);
    if (code !== 0) throw new SetupError(`npm ci failed:\n${output.trim()}`);
    return finish(stamp, 'installed');
  } finally {
    lock.release();
  }
}
