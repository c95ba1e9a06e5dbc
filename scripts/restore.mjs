// `npm run restore`: a new installation out of a backup, or the proof that one could be made. See docs/backup.md.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseRestoreOptions, restoreUsage } from './backup/options.mjs';
import { restoreInto } from './backup/restore-into.mjs';
import { verifyBackup } from './backup/verify-backup.mjs';
import { installPackages, requireNode } from './supervisor/install.mjs';
import { createLog } from './supervisor/log.mjs';
import { runCommand, temporaryData } from './supervisor/session.mjs';
import { createSupervisor } from './supervisor/supervise.mjs';

await runCommand(async (context) => {
  requireNode();
  const { help, from, data, verify } = parseRestoreOptions(process.argv.slice(2));
  if (help) {
    process.stdout.write(`${restoreUsage}\n`);
    return 0;
  }
  const { family } = context;
  const log = createLog();
  await log.step('packages', () => installPackages(family));
  const supervise = createSupervisor({ family, logs: temporaryData(context, 'restore'), say: log.say });
  if (verify) {
    const { manifest } = await verifyBackup({ family, log, supervise, from });
    log.say(`\n${from} of ${manifest.takenAt} was restored in ${log.elapsed()} and found the same: ${manifest.ledgers.peers} peers, ${manifest.database.tables.length} tables.`);
    return 0;
  }
  mkdirSync(path.dirname(data), { recursive: true, mode: 0o700 });
  const { manifest, hosts } = await restoreInto({ family, log, supervise, from, data, databaseUrl: process.env.DATABASE_URL });
  const near = path.relative(process.cwd(), data) || '.';
  log.say(`\nRestored to ${manifest.takenAt} in ${log.elapsed()}. Start it with: npm start -- --data ${near}${hosts > 1 ? ` --city-nodes ${hosts}` : ''}`);
  return 0;
});
