// The flags of `npm start -- …`, each with an environment variable beside it.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectPath } from './project.mjs';
import { SetupError } from './setup-error.mjs';

export const startUsage = `npm start -- [options]
  --port <n>            port of the portal (default 3000, or PORT)
  --gateway-port <n>    port of the city-node gateway (default 4100, or CHAINWORKS_GATEWAY_PORT)
  --host <address>      address to listen on (default 127.0.0.1, or CHAINWORKS_HOST); 0.0.0.0 for everybody
  --data <directory>    where everything is kept (default .data, or CHAINWORKS_DATA)
  --help                this text
Behind a proxy, PUBLIC_URL and CHAINWORKS_GATEWAY_URL say how clients reach the portal and the gateway.
DATABASE_URL and REDIS_URL name servers to use instead of own ones; SMTP_URL sends mails instead of writing them.`;

function toPort(text, name) {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new SetupError(`${name} must be a port from 1 to 65535, not "${text}".`);
}

/** Where clients reach us: everybody's address 0.0.0.0 is none that a client could use. */
function reachableHost(host) {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host;
  const outside = Object.values(os.networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === 'IPv4');
  return outside?.address ?? '127.0.0.1';
}

/**
 * @param {string[]} argv
 * @param {NodeJS.ProcessEnv} env
 */
export function parseStartOptions(argv, env) {
  const string = { type: 'string' };
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: { port: string, 'gateway-port': string, host: string, data: string, help: { type: 'boolean' } },
    }));
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${startUsage}`);
  }
  const host = values.host ?? env.CHAINWORKS_HOST ?? '127.0.0.1';
  const port = toPort(values.port ?? env.PORT ?? '3000', '--port');
  const gatewayPort = toPort(values['gateway-port'] ?? env.CHAINWORKS_GATEWAY_PORT ?? '4100', '--gateway-port');
  return {
    help: values.help === true,
    host,
    port,
    gatewayPort,
    data: path.resolve(values.data ?? env.CHAINWORKS_DATA ?? projectPath('.data')),
    publicUrl: env.PUBLIC_URL ?? `http://${reachableHost(host)}:${port}`,
    gatewayUrl: env.CHAINWORKS_GATEWAY_URL ?? `http://${reachableHost(host)}:${gatewayPort}`,
  };
}
