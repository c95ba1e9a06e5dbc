// The whole product on free ports and throw-away data, for whatever walks through it: browser journeys, benches.
import { mkdirSync } from 'node:fs';
import { buildPortal } from '../supervisor/build.mjs';
import { processEnvironment } from '../supervisor/environment.mjs';
import { freePort } from '../supervisor/ports.mjs';
import { runSetupCommands, startProduct } from '../supervisor/product.mjs';
import { ensureSecrets } from '../supervisor/secrets.mjs';

/**
 * Builds, seeds and starts everything.
 * @param {{ family: any, log: any, supervise: Function }} context
 * @param {{ data: string, databaseUrl: string, redisUrl: string }} where a migrated database and an empty Redis
 * @returns {Promise<{ publicUrl: string, env: NodeJS.ProcessEnv, processes: { name: string, pid: number }[] }>} once all processes are ready
 */
export async function startTestProduct({ family, log, supervise }, { data, databaseUrl, redisUrl }) {
  const host = '127.0.0.1';
  const ports = { web: await freePort(), gateway: await freePort(), control: await freePort(), channel: await freePort(), worker: await freePort() };
  const publicUrl = `http://${host}:${ports.web}`;
  mkdirSync(data, { recursive: true });
  ensureSecrets(data);
  const env = processEnvironment({ data, databaseUrl, redisUrl, publicUrl, nodeEnv: 'production' });
  const plan = { data, host, ports, gatewayUrl: `http://${host}:${ports.gateway}` };
  await log.step('portal build', () => buildPortal(family, env));
  await runSetupCommands({ family, log, env, plan });
  const processes = await startProduct({ supervise, log, env, plan });
  return { publicUrl, env, processes };
}
