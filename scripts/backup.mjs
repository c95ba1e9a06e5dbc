// `npm run backup`: one copy of the whole installation, taken while it runs. See docs/backup.md.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createBackup } from './backup/create-backup.mjs';
import { findDatabase } from './backup/find-database.mjs';
import { backupUsage, parseBackupOptions } from './backup/options.mjs';
import { removeOldBackups, removeUnfinished } from './backup/retention.mjs';
import { formatBytes } from './backup/space.mjs';
import { verifyBackup } from './backup/verify-backup.mjs';
import { installPackages, requireNode } from './supervisor/install.mjs';
import { acquireLock, isOwnerAlive } from './supervisor/lock.mjs';
import { createLog } from './supervisor/log.mjs';
import { dataLayout } from './supervisor/project.mjs';
import { readSecrets } from './supervisor/secrets.mjs';
import { runCommand, temporaryData } from './supervisor/session.mjs';
import { SetupError } from './supervisor/setup-error.mjs';
import { createSupervisor } from './supervisor/supervise.mjs';

await runCommand(async (context) => {
  requireNode();
  const { help, data, to, verify, keep } = parseBackupOptions(process.argv.slice(2), process.env);
  if (help) {
    process.stdout.write(`${backupUsage}\n`);
    return 0;
  }
  const { family, atEnd } = context;
  const log = createLog();
  const files = dataLayout(data);
  if (!existsSync(files.secrets)) throw new SetupError(`${data} is no installation of Chainworks: it has no secrets.json. Name it with --data.`);
  const isRunning = existsSync(files.lock) && isOwnerAlive(files.lock);
  if (!isRunning) {
    const lock = await acquireLock(files.lock, { what: `using Chainworks on ${data}` });
    atEnd(lock.release);
  }
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const turn = await acquireLock(path.join(to, 'lock'), { what: `making a backup in ${to}` });
  atEnd(turn.release);
  removeUnfinished(to);

  await log.step('packages', () => installPackages(family));
  const supervise = createSupervisor({ family, logs: temporaryData(context, 'backup'), say: log.say });
  const databaseUrl = await findDatabase({ data, isRunning, secrets: readSecrets(files.secrets), supervise });
  log.say(`Backup of ${data}${isRunning ? ', which is running' : ''}`);
  const { directory, manifest, pausedMs } = await createBackup({ family, log, data, to, databaseUrl });
  if (manifest.ledgers.faults > 0) log.say(`  ! ${manifest.ledgers.faults} peers of the installation do not hang together; the backup holds them as they are (heads.json says which and why)`);
  if (verify) {
    log.say(`Restoring ${directory} aside`);
    await verifyBackup({ family, log, supervise, from: directory });
  }
  const removed = keep === undefined ? [] : removeOldBackups(to, keep);
  for (const name of removed) log.say(`  deleted ${name}`);
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const paused = pausedMs > 0 ? `; city nodes stood still for ${Math.ceil(pausedMs)} ms` : '';
  log.say(`\n${directory}: ${formatBytes(bytes)} in ${log.elapsed()}${paused}${verify ? '; restored and found the same' : ''}. It holds the installation's keys: keep it as you keep them.`);
  return 0;
});
