// The whole product on free ports and throw-away data, for whatever walks through it: browser journeys, benches.
import { mkdirSync } from 'node:fs';
import { buildPortal } from '../supervisor/build.mjs';
import { bundlePrograms } from '../supervisor/bundle.mjs';
import { processEnvironment } from '../supervisor/environment.mjs';
import { hostName } from '../supervisor/hosts.mjs';
import { freePort } from '../supervisor/ports.mjs';
import { runSetupCommands, startProduct } from '../supervisor/product.mjs';
import { hostDirectory } from '../supervisor/project.mjs';
import { ensureSecrets } from '../supervisor/secrets.mjs';

/**
 * Builds, seeds and starts everything.
 * @param {{ family: any, log: any, supervise: Function }} context
 * @param {{ data: string, databaseUrl: string, redisUrl: string, cityNodes?: number }} where a migrated database and an empty Redis
 * @returns {Promise<{ publicUrl: string, env: NodeJS.ProcessEnv, processes: { name: string, pid: number }[] }>} once all processes are ready
 */
export async function startTestProduct({ family, log, supervise }, { data, databaseUrl, redisUrl, cityNodes = 1 }) {
  const host = '127.0.0.1';
  const spokenFor = new Set();
  const anyPort = async () => {
    const port = await freePort(0, spokenFor);
    spokenFor.add(port);
    return port;
  };
  const ports = { web: await anyPort(), worker: await anyPort() };
  const hosts = [];
  for (let number = 1; number <= cityNodes; number++) {
    const own = { gateway: await anyPort(), control: await anyPort(), channel: await anyPort(), fabric: await anyPort() };
    hosts.push({ number, name: hostName(number), directory: hostDirectory(data, number), gatewayUrl: `http://${host}:${own.gateway}`, ports: own });
  }
  const publicUrl = `http://${host}:${ports.web}`;
  mkdirSync(data, { recursive: true });
  ensureSecrets(data);
  const env = processEnvironment({ data, databaseUrl, redisUrl, publicUrl, nodeEnv: 'production' });
  await log.step('portal build', () => buildPortal(family, env));
  const programs = await log.step('programs', bundlePrograms);
  const plan = { host, ports, hosts, programs };
  await runSetupCommands({ family, log, env, plan });
  const processes = await startProduct({ supervise, log, env, plan });
  return { publicUrl, env, processes };
}
