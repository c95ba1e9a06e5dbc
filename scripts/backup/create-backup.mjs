// One backup: the database's instant, then the files' instant, written aside and named when all of it is on the disk.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectPath } from '../supervisor/project.mjs';
import { SetupError } from '../supervisor/setup-error.mjs';
import { copyCut } from './copy-cut.mjs';
import { dumpDatabase, openSnapshot } from './dump-database.mjs';
import { dataDirectory, databaseDirectory, headsName, writeManifest } from './manifest.mjs';
import { readLedgers } from './read-ledgers.mjs';
import { nameOfBackup, unfinished } from './retention.mjs';
import { requireSpace } from './space.mjs';
import { measureFiles, takeCut } from './take-cut.mjs';

/**
 * The order matters. A sub-chain stands in the database once its ledger is on the disk: so the database's instant comes
 * first, and no sub-chain that it knows lacks its ledger. What the files have beyond it (a ledger whose operation was not
 * finished yet) the operation finds again when it goes on.
 * @param {{ family: any, log: any, data: string, to: string, databaseUrl: string, now?: Date }} options
 * @returns {Promise<{ directory: string, manifest: import('./manifest.mjs').Manifest, pausedMs: number }>}
 */
export async function createBackup({ family, log, data, to, databaseUrl, now = new Date() }) {
  const name = nameOfBackup(now);
  const directory = path.join(to, name);
  if (existsSync(directory)) throw new SetupError(`${directory} exists already. Wait a second and try again.`);
  const aside = path.join(to, `${unfinished}${name}-${randomUUID()}`);
  let pausedMs = 0;
  let database;
  try {
    const snapshot = await openSnapshot(databaseUrl);
    try {
      // Twice the files: for the moment in which the copies are read, their indexes lie beside them.
      requireSpace(to, snapshot.bytes + 2 * measureFiles(data), 'A backup');
      for (const part of [aside, path.join(aside, databaseDirectory), path.join(aside, dataDirectory)]) mkdirSync(part, { mode: 0o700 });
      const cut = await takeCut(data);
      pausedMs = cut.pausedMs;
      try {
        await log.step('files', () => copyCut(cut, path.join(aside, dataDirectory)));
      } finally {
        cut.close();
      }
      await log.step('database', async () => {
        database = await dumpDatabase(snapshot, path.join(aside, databaseDirectory));
        return `${database.tables.length} tables, ${database.tables.reduce((sum, { rows }) => sum + rows, 0)} rows`;
      });
    } finally {
      await snapshot.close();
    }
    let ledgers;
    await log.step('ledgers', async () => {
      const index = path.join(aside, '.indexes');
      ledgers = await readLedgers({ family, data: path.join(aside, dataDirectory), scratch: aside, index });
      rmSync(index, { recursive: true, force: true });
      writeFileSync(path.join(aside, headsName), JSON.stringify(ledgers.map(({ silenced: _, ...ledger }) => ledger)), { mode: 0o600 });
      return `${countOf(ledgers, 'heads')} peers in ${ledgers.length} city nodes, every byte read`;
    });
    const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8'));
    const counts = { peers: countOf(ledgers, 'heads'), faults: countOf(ledgers, 'faults') };
    const manifest = await writeManifest(aside, { version, takenAt: now.toISOString(), database, ledgers: counts });
    syncTree(aside);
    renameSync(aside, directory);
    syncOne(to);
    return { directory, manifest, pausedMs };
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

function countOf(ledgers, what) {
  return ledgers.reduce((sum, ledger) => sum + ledger[what].length, 0);
}

/** Everything below the directory would survive a power cut. One call of the system where it has one. */
function syncTree(directory) {
  if (spawnSync('sync', ['-f', directory], { stdio: 'ignore' }).status === 0) return;
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) syncOne(path.join(entry.parentPath, entry.name));
  syncOne(directory);
}

function syncOne(file) {
  const handle = openSync(file, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
