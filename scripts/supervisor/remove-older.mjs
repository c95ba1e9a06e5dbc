// Directories that are made anew for each state of their sources, named by its hash.
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** Processes of an earlier one may still run from it. */
const keptMax = 3;

/** Removes all but the current directory and the newest others. One that another process removes meanwhile is no fault. */
export function removeOlder(parent, current) {
  const older = readdirSync(parent)
    .filter((name) => name !== current && /^[0-9a-f]{16}$/.test(name))
    .map((name) => ({ name, at: statSync(path.join(parent, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of older.slice(keptMax - 1)) rmSync(path.join(parent, name), { recursive: true, force: true });
}
