// The flags of `npm start -- …`, each with an environment variable beside it.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectPath } from './project.mjs';
import { SetupError } from './setup-error.mjs';

export const startUsage = `npm start -- [options]
  --port <n>            port of the portal (default 3000, or PORT)
  --gateway-port <n>    port of the first city-node gateway, further ones follow it (default 4100, or CHAINWORKS_GATEWAY_PORT)
  --city-nodes <n>      processes that the city nodes are spread over, 1 to 7 (default 1, or CHAINWORKS_CITY_NODES)
  --host <address>      address to listen on (default 127.0.0.1, or CHAINWORKS_HOST); 0.0.0.0 for everybody
  --data <directory>    where everything is kept (default .data, or CHAINWORKS_DATA)
  --help                this text
Behind a proxy, PUBLIC_URL and CHAINWORKS_GATEWAY_URL say how clients reach the portal and the gateway; with several
city-node processes the latter is a list with commas, or one address whose proxy goes by the city node in the path.
DATABASE_URL and REDIS_URL name servers to use instead of own ones; SMTP_URL sends mails instead of writing them.`;

/** As many as there are city nodes on one machine (lib/city-nodes/catalogue.ts): a further one would carry nothing. */
export const cityNodesMax = 7;

function toCityNodes(text) {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= cityNodesMax) return count;
  throw new SetupError(`--city-nodes must be a number of processes from 1 to ${cityNodesMax}, not "${text}".`);
}

function toGatewayUrls(text, cityNodes) {
  const urls = text.split(',').map((url) => url.trim());
  if (urls.length === 1 || urls.length === cityNodes) return urls;
  throw new SetupError(`CHAINWORKS_GATEWAY_URL names ${urls.length} addresses for ${cityNodes} city-node processes: name one for each, or one for all.`);
}

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
      options: { port: string, 'gateway-port': string, 'city-nodes': string, host: string, data: string, help: { type: 'boolean' } },
    }));
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${startUsage}`);
  }
  const host = values.host ?? env.CHAINWORKS_HOST ?? '127.0.0.1';
  const port = toPort(values.port ?? env.PORT ?? '3000', '--port');
  const gatewayPort = toPort(values['gateway-port'] ?? env.CHAINWORKS_GATEWAY_PORT ?? '4100', '--gateway-port');
  const cityNodes = toCityNodes(values['city-nodes'] ?? env.CHAINWORKS_CITY_NODES ?? '1');
  toPort(String(gatewayPort + cityNodes - 1), 'The last --gateway-port');
  const ownUrls = Array.from({ length: cityNodes }, (_, index) => `http://${reachableHost(host)}:${gatewayPort + index}`);
  return {
    help: values.help === true,
    host,
    port,
    gatewayPort,
    cityNodes,
    data: path.resolve(values.data ?? env.CHAINWORKS_DATA ?? projectPath('.data')),
    publicUrl: env.PUBLIC_URL ?? `http://${reachableHost(host)}:${port}`,
    gatewayUrls: env.CHAINWORKS_GATEWAY_URL ? toGatewayUrls(env.CHAINWORKS_GATEWAY_URL, cityNodes) : ownUrls,
  };
}
