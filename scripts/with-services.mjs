// `npm run with-services -- <command …>`: runs a command beside a private PostgreSQL and Redis that are
// gone afterwards, with the environment that the product's processes have.
import { randomBytes } from 'node:crypto';
import { installChaincodeRuntime } from './supervisor/chaincode-runtime.mjs';
import { generateClient, migrate } from './supervisor/database.mjs';
import { processEnvironment } from './supervisor/environment.mjs';
import { createLog } from './supervisor/log.mjs';
import { ensureSecrets } from './supervisor/secrets.mjs';
import { requirePrograms, startServices } from './supervisor/services.mjs';
import { runCommand, temporaryData } from './supervisor/session.mjs';
import { SetupError } from './supervisor/setup-error.mjs';
import { createSupervisor } from './supervisor/supervise.mjs';
import { dataLayout } from './supervisor/project.mjs';
import { borrowServers, createShards } from './testing/shards.mjs';

const command = process.argv.slice(2);

await runCommand(async (context) => {
  if (command.length === 0) throw new SetupError('Name a command, e.g. npm run with-services -- npx vitest run lib/identity');
  const { family, atEnd } = context;
  const data = temporaryData(context, 'services');
  const log = createLog((line) => process.stderr.write(`${line}\n`));
  const supervise = createSupervisor({ family, logs: dataLayout(data).logs, say: log.say });
  await requirePrograms(log);
  await log.step('chaincode runtime', () => installChaincodeRuntime(family));
  const secrets = ensureSecrets(data);
  atEnd(await borrowServers(randomBytes(6).toString('hex')));
  const { databaseUrl, redisUrl } = await startServices({ data, secrets, supervise, log, durable: false });
  await log.step('database client', () => generateClient(family));
  await log.step('database schema', async () => {
    await migrate(family, databaseUrl);
    await createShards(databaseUrl);
  });
  const env = processEnvironment({ data, databaseUrl, redisUrl, publicUrl: 'http://127.0.0.1:3000', nodeEnv: process.env.NODE_ENV ?? 'test' });
  return family.run(command, { env });
});
