// `npm run dev:migration -- <name>`: writes a migration that brings the last one to prisma/schema.prisma.
import { generateClient, prisma } from './supervisor/database.mjs';
import { createLog } from './supervisor/log.mjs';
import { dataLayout } from './supervisor/project.mjs';
import { ensureSecrets } from './supervisor/secrets.mjs';
import { requirePrograms, startServices } from './supervisor/services.mjs';
import { runCommand, temporaryData } from './supervisor/session.mjs';
import { SetupError } from './supervisor/setup-error.mjs';
import { createSupervisor } from './supervisor/supervise.mjs';

const name = process.argv[2];

await runCommand(async (context) => {
  if (!/^[a-z][a-z0-9-]+$/.test(name ?? '')) {
    throw new SetupError('Name the migration in kebab-case, e.g. npm run dev:migration -- add-invoices');
  }
  const { family } = context;
  const data = temporaryData(context, 'migration');
  const log = createLog();
  const supervise = createSupervisor({ family, logs: dataLayout(data).logs, say: log.say });
  // Always an own, empty server: `migrate dev` may reset what it finds.
  delete process.env.DATABASE_URL;
  await requirePrograms(log);
  const { databaseUrl } = await startServices({ data, secrets: ensureSecrets(data), supervise, log, durable: false });
  const code = await prisma(family, ['migrate', 'dev', '--name', name.replaceAll('-', '_')], { databaseUrl, inherit: true });
  if (code !== 0) return code;
  await log.step('database client', () => generateClient(family));
  return 0;
});
