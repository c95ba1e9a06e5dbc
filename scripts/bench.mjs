// `npm run bench -- <name>`: one measurement. See bench/README.md.
import { existsSync } from 'node:fs';
import { bundleCityNode, bundleEngineBenches } from './supervisor/bundle.mjs';
import { installChaincodeRuntime } from './supervisor/chaincode-runtime.mjs';
import { generateClient, migrate } from './supervisor/database.mjs';
import { cityNodeEnvironment } from './supervisor/environment.mjs';
import { createLog } from './supervisor/log.mjs';
import { dataLayout, projectPath } from './supervisor/project.mjs';
import { ensureSecrets } from './supervisor/secrets.mjs';
import { startServices } from './supervisor/services.mjs';
import { runCommand, temporaryData } from './supervisor/session.mjs';
import { SetupError } from './supervisor/setup-error.mjs';
import { createSupervisor } from './supervisor/supervise.mjs';
import { startTestProduct } from './testing/start-test-product.mjs';

/** Benches that measure the running product; the others start what they need. */
const needProduct = new Set(['provision']);
/** Benches of the city node as it runs in production, without the rest. */
const needCityNode = new Set(['fabric', 'hosting']);
/** Of these, the ones that run chaincode. */
const needChaincode = new Set(['fabric']);
const [name, ...args] = process.argv.slice(2);

/** Durable services, as `npm start` runs them: a figure of throw-away ones would flatter. */
async function startProductForBench(context, log) {
  const { family } = context;
  const data = temporaryData(context, 'bench');
  const supervise = createSupervisor({ family, logs: dataLayout(data).logs, say: log.say });
  const { databaseUrl, redisUrl } = await startServices({ data, secrets: ensureSecrets(data), supervise, log });
  await log.step('database client', () => generateClient(family));
  await log.step('database schema', () => migrate(family, databaseUrl));
  const { publicUrl, env } = await startTestProduct({ family, log, supervise }, { data, databaseUrl, redisUrl });
  return { ...env, CHAINWORKS_BENCH_URL: publicUrl, CHAINWORKS_BENCH_ADMIN: 'admin@chainworks.localhost' };
}

async function environmentFor(name, context, log) {
  if (needProduct.has(name)) return startProductForBench(context, log);
  if (needChaincode.has(name)) await installChaincodeRuntime(context.family);
  // Its city node is started by the bench itself, in the environment that the product gives it.
  if (needCityNode.has(name)) return { ...cityNodeEnvironment(process.env), CHAINWORKS_BENCH_CITY_NODE: await bundleCityNode(), CHAINWORKS_BENCH_ENGINE: await bundleEngineBenches() };
  return process.env;
}

await runCommand(async (context) => {
  const file = projectPath(`bench/${name}.ts`);
  if (!/^[a-z][a-z-]*$/.test(name ?? '') || !existsSync(file)) throw new SetupError('Name a bench: consensus, ethereum, fabric, hosting, provision or start. See bench/README.md.');
  const log = createLog((line) => process.stderr.write(`${line}\n`));
  const env = await environmentFor(name, context, log);
  return context.family.run([process.execPath, '--import', 'tsx', file, ...args], { env });
});
