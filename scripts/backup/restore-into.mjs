// An installation out of a backup: files and ledgers, then the database; named when all of it is there.
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../supervisor/ports.mjs';
import { startPostgres } from '../supervisor/postgres.mjs';
import { dataLayout } from '../supervisor/project.mjs';
import { readSecrets } from '../supervisor/secrets.mjs';
import { SetupError } from '../supervisor/setup-error.mjs';
import { compareLedgers } from './compare-ledgers.mjs';
import { compareDatabase, loadDatabase, readMigrations } from './load-database.mjs';
import { checkFiles, dataDirectory, databaseDirectory, readHeads, readManifest } from './manifest.mjs';
import { readLedgers } from './read-ledgers.mjs';
import { formatBytes, requireSpace } from './space.mjs';

/** Absent, or a directory with nothing in it. */
export function requireEmptyDirectory(directory) {
  if (!existsSync(directory)) return;
  if (readdirSync(directory).length > 0) throw new SetupError(`${directory} is not empty. Restore into a new directory: nothing is overwritten.`);
}

/**
 * Checks every file of the backup, puts everything in place and compares it with what the backup says of itself.
 * @param {{ family: any, log: any, supervise: Function, from: string, data: string, databaseUrl?: string }} options `databaseUrl`: an
 *   empty database to restore into; without it the installation gets a PostgreSQL of its own
 * @returns {Promise<{ manifest: import('./manifest.mjs').Manifest, hosts: number, silenced: number }>}
 */
export async function restoreInto({ family, log, supervise, from, data, databaseUrl }) {
  const manifest = readManifest(from);
  requireEmptyDirectory(data);
  readMigrations(manifest.database.migrations);
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  await log.step('backup', async () => {
    await checkFiles(from, manifest);
    return `${manifest.files.length} files, ${formatBytes(bytes)}, each as it was written`;
  });
  // The index beside each log, and the rows unpacked.
  requireSpace(data, 3 * bytes, 'The new installation');

  const aside = path.join(path.dirname(data), `.restoring-${path.basename(data)}-${process.pid}`);
  family.removeAtDeath(aside);
  let server;
  try {
    await log.step('files', () => copyData(manifest, from, aside));
    let silenced = 0;
    await log.step('ledgers', async () => {
      const ledgers = await readLedgers({ family, data: aside, scratch: aside, revive: true });
      throwIfDifferent('ledgers', compareLedgers(readHeads(from), ledgers));
      silenced = ledgers.reduce((sum, ledger) => sum + ledger.silenced.length, 0);
      return `${manifest.ledgers.peers} peers where they were${silenced > 0 ? `, ${silenced} of them silent until they know what they have signed` : ''}`;
    });
    await log.step('database', async () => {
      let url = databaseUrl;
      if (url === undefined) {
        const { postgresPassword } = readSecrets(dataLayout(aside).secrets);
        const own = (...command) => (server = supervise(...command));
        url = await startPostgres({ supervise: own, directory: dataLayout(aside).postgres, port: await freePort(), password: postgresPassword });
      }
      await loadDatabase({ databaseUrl: url, directory: path.join(from, databaseDirectory), database: manifest.database });
      throwIfDifferent('database', await compareDatabase(url, manifest.database));
      return `${manifest.database.tables.length} tables, ${manifest.database.tables.reduce((sum, { rows }) => sum + rows, 0)} rows`;
    });
    await server?.stop();
    if (existsSync(data)) rmdirSync(data);
    renameSync(aside, data);
    return { manifest, hosts: countHosts(manifest), silenced };
  } catch (error) {
    await server?.stop();
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

function throwIfDifferent(what, differences) {
  if (differences.length === 0) return;
  const shown = differences.slice(0, 20).map((line) => `  ${line}`).join('\n');
  throw new SetupError(`The restored ${what} are not what the backup says (${differences.length} differences):\n${shown}`);
}

function copyData({ files }, from, to) {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const own = files.filter((file) => file.path.startsWith(`${dataDirectory}/`));
  for (const { path: relative } of own) {
    const target = path.join(to, relative.slice(dataDirectory.length + 1));
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    copyFileSync(path.join(from, relative), target, constants.COPYFILE_EXCL);
  }
  return `${own.length} files`;
}

/** City-node processes of the saved installation: it is started again with as many. */
function countHosts({ files }) {
  return files.filter((file) => /^data\/(host|hosts\/\d+)\/join\.json$/.test(file.path)).length;
}
