// `npm start`: everything from a bare clone to the printed address. See README.md, "Run".
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { announceServing, buildPortal } from './supervisor/build.mjs';
import { generateClient, migrate } from './supervisor/database.mjs';
import { processEnvironment } from './supervisor/environment.mjs';
import { installPackages, requireNode } from './supervisor/install.mjs';
import { acquireLock } from './supervisor/lock.mjs';
import { createLog } from './supervisor/log.mjs';
import { parseStartOptions, startUsage } from './supervisor/options.mjs';
import { freePort, requireFreePort } from './supervisor/ports.mjs';
import { runSetupCommands, startProduct } from './supervisor/product.mjs';
import { dataLayout } from './supervisor/project.mjs';
import { ensureSecrets } from './supervisor/secrets.mjs';
import { requirePrograms, startServices } from './supervisor/services.mjs';
import { runCommand } from './supervisor/session.mjs';
import { createSupervisor } from './supervisor/supervise.mjs';

/** Whom prisma/seed.ts makes. */
const adminEmail = 'admin@chainworks.localhost';

await runCommand(async ({ family, atEnd, interrupted }) => {
  requireNode();
  const options = parseStartOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(`${startUsage}\n`);
    return 0;
  }
  const { data, host, port, gatewayPort, publicUrl, gatewayUrl } = options;
  const log = createLog();
  const files = dataLayout(data);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(files.lock, { what: `running Chainworks on ${data}` });
  atEnd(lock.release);
  await requireFreePort(port, { host, what: 'the portal', change: '--port (or PORT)' });
  await requireFreePort(gatewayPort, { host, what: 'the city-node gateway', change: '--gateway-port (or CHAINWORKS_GATEWAY_PORT)' });

  await requirePrograms(log);
  await log.step('packages', () => installPackages(family));
  const secrets = ensureSecrets(data);
  const supervise = createSupervisor({ family, logs: files.logs, say: log.say });
  const { databaseUrl, redisUrl } = await startServices({ data, secrets, supervise, log });
  const ports = { web: port, gateway: gatewayPort, control: await freePort(4101), worker: await freePort(4102), channel: await freePort(4103) };
  const env = processEnvironment({ data, databaseUrl, redisUrl, publicUrl, nodeEnv: 'production' });
  const plan = { data, host, ports, gatewayUrl };
  await log.step('database client', () => generateClient(family));
  await log.step('database schema', () => migrate(family, databaseUrl));
  await runSetupCommands({ family, log, env, plan });
  await log.step('portal build', () => buildPortal(family, env));
  atEnd(announceServing());
  await startProduct({ supervise, log, env, plan });

  const near = (file) => path.relative(process.cwd(), file) || file;
  const mails = process.env.SMTP_URL ? 'mails go to SMTP_URL' : `mails in ${near(files.outbox)}`;
  log.say(`\nChainworks runs at ${publicUrl} (ready in ${log.elapsed()}; sign in as ${adminEmail}, password in ${near(files.adminPassword)}; ${mails})`);
  return interrupted;
});
