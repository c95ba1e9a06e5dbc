// What Fabric chaincode finds beside itself in its sandbox (lib/sandbox): packages of its own, apart from the product's.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { acquireLock } from './lock.mjs';
import { projectPath } from './project.mjs';
import { removeOlder } from './remove-older.mjs';
import { SetupError } from './setup-error.mjs';

const source = () => projectPath('lib/sandbox/runtime');
const runtimes = () => projectPath('.cache/chaincode-runtime');

/** Where the runtime of this state of the lock file lies, installed or not: `node_modules` is in it. */
export function chaincodeRuntimeDirectory() {
  const lock = readFileSync(path.join(source(), 'package-lock.json'));
  return path.join(runtimes(), createHash('sha256').update(lock).digest('hex').slice(0, 16));
}

/** Installs it when the lock file changed; gives a note. Runs no package's scripts. Safe to run side by side. */
export async function installChaincodeRuntime(family) {
  const directory = chaincodeRuntimeDirectory();
  if (existsSync(directory)) return 'unchanged';
  mkdirSync(runtimes(), { recursive: true });
  const lock = await acquireLock(projectPath('.cache/chaincode-runtime.lock'), { waitMs: 600_000, what: 'installing the chaincode runtime' });
  try {
    if (existsSync(directory)) return 'unchanged';
    // Complete before it has its name: a set-up that was killed begins again.
    const aside = `${directory}.${process.pid}`;
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside, { mode: 0o755 });
    for (const file of ['package.json', 'package-lock.json']) cpSync(path.join(source(), file), path.join(aside, file));
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const { code, output } = await family.runQuietly([...npm, 'ci', '--prefix', aside, '--ignore-scripts', '--no-audit', '--no-fund']);
    if (code !== 0) {
      rmSync(aside, { recursive: true, force: true });
      throw new SetupError(`npm ci of the chaincode runtime failed:\n${output.trim()}`);
    }
    renameSync(aside, directory);
    removeOlder(runtimes(), path.basename(directory));
    return 'installed';
  } finally {
    lock.release();
  }
}
