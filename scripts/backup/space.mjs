// Whether the disk has room for what is about to be written: told before anything is.
import { existsSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../supervisor/setup-error.mjs';

const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `1234567` → `1.2 MB`. */
export function formatBytes(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** @param {number} bytes that `what` takes below the directory, which need not exist yet */
export function requireSpace(directory, bytes, what, statfs = statfsSync) {
  let place = path.resolve(directory);
  while (!existsSync(place)) place = path.dirname(place);
  const { bavail, bsize } = statfs(place);
  const free = Number(bavail) * Number(bsize);
  if (free >= bytes) return;
  throw new SetupError(`${what} needs about ${formatBytes(bytes)} at ${directory}, and ${formatBytes(free)} are free. Make room, or choose another disk.`);
}
