// Which backups there are, and which of them are old enough to go.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isBackup } from './manifest.mjs';

const backupName = /^chainworks-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z$/;
/** Beginning of the names of what is not a backup yet, or not any more. */
export const unfinished = '.unfinished-';

/** A name that sorts by time. */
export function nameOfBackup(date) {
  return `chainworks-${date.toISOString().replace(/\.\d+Z$/, 'Z').replaceAll(':', '-')}`;
}

/** Complete backups below a directory, the oldest first. Whatever else lies there is not ours. */
export function listBackups(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => backupName.test(name) && isBackup(path.join(directory, name))).sort();
}

/** Deletes all complete backups but the newest `keep`; gives the names of those that went. */
export function removeOldBackups(directory, keep) {
  const old = listBackups(directory).slice(0, -keep);
  for (const name of old) removeBackup(path.join(directory, name));
  return old;
}

/** The manifest first: half a backup must not look like one, should we be interrupted. */
function removeBackup(directory) {
  rmSync(path.join(directory, 'manifest.json'), { force: true });
  rmSync(directory, { recursive: true, force: true });
}

/** What an interrupted backup or verification left. Only under the directory's lock. */
export function removeUnfinished(directory) {
  const left = readdirSync(directory).filter((name) => name.startsWith(unfinished) || (backupName.test(name) && !isBackup(path.join(directory, name))));
  for (const name of left) rmSync(path.join(directory, name), { recursive: true, force: true });
  return left;
}
