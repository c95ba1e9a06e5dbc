// The only proof of a backup: it is restored, compared, and the copy thrown away.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { unfinished } from './retention.mjs';
import { restoreInto } from './restore-into.mjs';

/**
 * Restores beside the backup, with a PostgreSQL of its own, and deletes what it made. Throws what is not as it should be.
 * @param {{ family: any, log: any, supervise: Function, from: string }} options
 */
export async function verifyBackup({ family, log, supervise, from }) {
  const data = path.join(path.dirname(from), `${unfinished}verify-${randomUUID()}`);
  family.removeAtDeath(data);
  try {
    return await restoreInto({ family, log, supervise, from, data });
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}
