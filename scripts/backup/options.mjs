// The flags of `npm run backup` and `npm run restore`.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectPath } from '../supervisor/project.mjs';
import { SetupError } from '../supervisor/setup-error.mjs';

export const backupUsage = `npm run backup -- [options]
  --to <directory>      where backups are kept, best on another disk (default .backups, or CHAINWORKS_BACKUPS)
  --data <directory>    the installation (default .data, or CHAINWORKS_DATA); it may be running
  --verify              restore the new backup aside, compare, and throw the copy away; exit code 1 when it is not the same
  --keep <n>            afterwards keep the newest n backups and delete the older ones (1 to 1000; default: all)
  --help                this text
DATABASE_URL names the PostgreSQL server where the installation uses one of its own.`;

export const restoreUsage = `npm run restore -- [options]
  --from <directory>    the backup, e.g. .backups/chainworks-2026-11-30T02-30-00Z
  --data <directory>    the new installation: a directory that is empty or absent
  --verify              instead of --data: restore aside, compare with what the backup says of itself, throw the copy away
  --help                this text
DATABASE_URL names an empty database to restore into where the installation is to use a server of its own.`;

function parse(argv, options, usage) {
  try {
    return parseArgs({ args: argv, options: { ...options, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${usage}`);
  }
}

function toKeep(text) {
  const keep = Number(text);
  if (Number.isInteger(keep) && keep >= 1 && keep <= 1000) return keep;
  throw new SetupError(`--keep must be a number of backups from 1 to 1000, not "${text}".`);
}

function isWithin(directory, parent) {
  const relative = path.relative(parent, directory);
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative));
}

/**
 * @param {string[]} argv
 * @param {NodeJS.ProcessEnv} env
 */
export function parseBackupOptions(argv, env) {
  const string = { type: 'string' };
  const values = parse(argv, { to: string, data: string, keep: string, verify: { type: 'boolean' } }, backupUsage);
  const data = path.resolve(values.data ?? env.CHAINWORKS_DATA ?? projectPath('.data'));
  const to = path.resolve(values.to ?? env.CHAINWORKS_BACKUPS ?? projectPath('.backups'));
  if (isWithin(to, data)) throw new SetupError(`Backups do not belong into the installation that they save: choose a --to outside of ${data}.`);
  return { help: values.help === true, data, to, verify: values.verify === true, keep: values.keep === undefined ? undefined : toKeep(values.keep) };
}

/** @param {string[]} argv */
export function parseRestoreOptions(argv) {
  const string = { type: 'string' };
  const values = parse(argv, { from: string, data: string, verify: { type: 'boolean' } }, restoreUsage);
  if (values.help) return { help: true, from: '', data: undefined, verify: false };
  if (!values.from) throw new SetupError(`Name the backup with --from.\n\n${restoreUsage}`);
  if (Boolean(values.data) === (values.verify === true)) throw new SetupError(`Name the new installation with --data, or use --verify.\n\n${restoreUsage}`);
  return { help: false, from: path.resolve(values.from), data: values.data && path.resolve(values.data), verify: values.verify === true };
}
