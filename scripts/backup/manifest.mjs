// What a backup says of itself: the last file that is written, and the first that is read.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../supervisor/setup-error.mjs';

/**
 * @typedef {{ server: string, migrations: { name: string, checksum: string }[], tables: { name: string, columns: string[], rows: number }[],
 *   sequences: { name: string, value: string, isCalled: boolean }[] }} SavedDatabase
 * @typedef {{ directory: string, cityNode: string, heads: { chain: string, height: number, hash: string }[],
 *   faults: { chain?: string, reason: string }[] }} SavedLedger `directory` is relative to the data directory
 * @typedef {{ format: 1, version: string, takenAt: string, database: SavedDatabase, ledgers: { peers: number, faults: number },
 *   files: { path: string, bytes: number, sha256: string }[] }} Manifest paths are relative to the backup, with strokes
 */

export const manifestFormat = 1;
const manifestName = 'manifest.json';
/** Heights and hashes of all peers: too long for somebody who wants to read the manifest. */
export const headsName = 'heads.json';
export const databaseDirectory = 'database';
export const dataDirectory = 'data';

/** SHA-256 of a file as hexadecimal digits. */
export async function hashFile(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  return hash.digest('hex');
}

function* walk(directory, prefix = '') {
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const relative = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* walk(path.join(directory, entry.name), `${relative}/`);
    else if (relative !== manifestName) yield relative;
  }
}

/** Hashes every file of the directory and writes the manifest, which makes it a backup. */
export async function writeManifest(directory, facts) {
  const files = [];
  for (const relative of walk(directory)) {
    const file = path.join(directory, relative);
    files.push({ path: relative, bytes: statSync(file).size, sha256: await hashFile(file) });
  }
  const manifest = { format: manifestFormat, ...facts, files };
  writeFileSync(path.join(directory, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600, flush: true });
  return manifest;
}

export function isBackup(directory) {
  return existsSync(path.join(directory, manifestName));
}

/** @returns {Manifest} Throws a SetupError when the directory is no backup that this program reads. */
export function readManifest(directory) {
  const file = path.join(directory, manifestName);
  if (!existsSync(file)) throw new SetupError(`${directory} is no complete backup: it has no ${manifestName}.`);
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new SetupError(`${file} is damaged (${cause.message}). Use another backup.`);
  }
  if (manifest?.format !== manifestFormat) throw new SetupError(`${file} is of format ${manifest?.format}, this program reads ${manifestFormat}. Restore it with Chainworks ${manifest?.version ?? 'of that time'}.`);
  if (!Array.isArray(manifest.files) || !manifest.database || !manifest.ledgers) throw new SetupError(`${file} is damaged: something is missing in it. Use another backup.`);
  return manifest;
}

/** Reads every file of the backup. Throws a SetupError that names the first one that is not as it was written. */
export async function checkFiles(directory, { files }) {
  for (const { path: relative, bytes, sha256 } of files) {
    const file = path.join(directory, relative);
    if (path.relative(directory, file).startsWith('..')) throw new SetupError(`The manifest names a file outside of the backup: ${relative}.`);
    if (!existsSync(file)) throw new SetupError(`The backup is damaged: ${file} is missing. Use another backup.`);
    const size = statSync(file).size;
    if (size !== bytes) throw new SetupError(`The backup is damaged: ${file} has ${size} bytes instead of ${bytes}. Use another backup.`);
    if ((await hashFile(file)) !== sha256) throw new SetupError(`The backup is damaged: ${file} is not as it was written (SHA-256 differs). Use another backup.`);
  }
}

/** @returns {SavedLedger[]} */
export function readHeads(directory) {
  return JSON.parse(readFileSync(path.join(directory, headsName), 'utf8'));
}
