// `npm start`: everything from a bare clone to the printed address. See README.md, "Run".
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { announceServing, buildPortal } from './supervisor/build.mjs';
import { bundlePrograms } from './supervisor/bundle.mjs';
import { installChaincodeRuntime } from './supervisor/chaincode-runtime.mjs';
import { generateClient, migrate } from './supervisor/database.mjs';
import { processEnvironment } from './supervisor/environment.mjs';
import { planHosts } from './supervisor/hosts.mjs';
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
/** Beside those of PostgreSQL and Redis; nobody but we ask there. */
const preferredWorkerPort = 4112;

await runCommand(async ({ family, atEnd, interrupted }) => {
  requireNode();
  const options = parseStartOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(`${startUsage}\n`);
    return 0;
  }
  const { data, host, port, gatewayPort, cityNodes, publicUrl, gatewayUrls } = options;
  const log = createLog();
  const files = dataLayout(data);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(files.lock, { what: `running Chainworks on ${data}` });
  atEnd(lock.release);
  await requireFreePort(port, { host, what: 'the portal', change: '--port (or PORT)' });
  for (let number = 1; number <= cityNodes; number++) {
    const what = number === 1 ? 'the city-node gateway' : `gateway ${number} of ${cityNodes}`;
    await requireFreePort(gatewayPort + number - 1, { host, what, change: '--gateway-port (or CHAINWORKS_GATEWAY_PORT)' });
  }
  const hosts = await planHosts({ data, count: cityNodes, gatewayPort, gatewayUrls, portalPort: port });
  const spokenFor = new Set([port, ...hosts.flatMap(({ ports }) => Object.values(ports))]);

  await requirePrograms(log);
  await log.step('packages', () => installPackages(family));
  await log.step('chaincode runtime', () => installChaincodeRuntime(family));
  const secrets = ensureSecrets(data);
  const supervise = createSupervisor({ family, logs: files.logs, say: log.say });
  const { databaseUrl, redisUrl } = await startServices({ data, secrets, supervise, log, spokenFor });
  const ports = { web: port, worker: await freePort(preferredWorkerPort, spokenFor) };
  const env = processEnvironment({ data, databaseUrl, redisUrl, publicUrl, nodeEnv: 'production' });
  await log.step('database client', () => generateClient(family));
  await log.step('database schema', () => migrate(family, databaseUrl));
  const programs = await log.step('programs', bundlePrograms);
  await runSetupCommands({ family, log, env, plan: { host, hosts, programs } });
  await log.step('portal build', () => buildPortal(family, env));
  atEnd(announceServing());
  await startProduct({ supervise, log, env, plan: { host, ports, hosts, programs } });

  const near = (file) => path.relative(process.cwd(), file) || file;
  const mails = process.env.SMTP_URL ? 'mails go to SMTP_URL' : `mails in ${near(files.outbox)}`;
  log.say(`\nChainworks runs at ${publicUrl} (ready in ${log.elapsed()}; sign in as ${adminEmail}, password in ${near(files.adminPassword)}; ${mails})`);
  return interrupted;
});
