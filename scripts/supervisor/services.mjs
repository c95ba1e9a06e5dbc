// PostgreSQL and Redis: servers that the environment names, or instances of our own in the data directory.
import { findBubblewrap, requireBubblewrap } from './bubblewrap.mjs';
import { acceptsConnections, startPostgres } from './postgres.mjs';
import { freePort } from './ports.mjs';
import { dataLayout } from './project.mjs';
import { answersPing, requireRedis, startRedis } from './redis.mjs';
import { SetupError } from './setup-error.mjs';

/** Ports that a person finds again, taken when they are free; nobody but our own processes needs them. */
const preferredPorts = { postgres: 4110, redis: 4111 };

/**
 * Finds or installs the programs that npm does not bring: told before anything that takes time is begun.
 * `runsChaincode`: what locks publishers' code in must be there, as tests run some. A city node does without: it refuses chaincode.
 */
export function requirePrograms(log, { runsChaincode = false } = {}) {
  return log.step('programs', () => {
    const redis = process.env.REDIS_URL ? 'REDIS_URL is set' : `redis-server ${requireRedis()}`;
    return `${redis}, bubblewrap ${runsChaincode ? requireBubblewrap() : findBubblewrap()}`;
  });
}

async function requireAnswer(check, what, variable) {
  if (await check()) return;
  throw new SetupError(`${what} does not answer at the address in ${variable}. Start that server, or unset ${variable} to use an own one.`);
}

/**
 * @param {{ data: string, secrets: Record<string, string>, supervise: Function, log: { step: Function },
 *   durable?: boolean, spokenFor?: Set<number> }} options `durable: false` for throw-away data; `spokenFor`: ports to leave alone
 * @returns {Promise<{ databaseUrl: string, redisUrl: string }>}
 */
export async function startServices({ data, secrets, supervise, log, durable = true, spokenFor }) {
  const files = dataLayout(data);
  const port = (name) => freePort(durable ? preferredPorts[name] : 0, spokenFor);
  let databaseUrl = process.env.DATABASE_URL;
  await log.step('PostgreSQL', async () => {
    if (databaseUrl) {
      await requireAnswer(() => acceptsConnections(databaseUrl), 'PostgreSQL', 'DATABASE_URL');
      return 'the server of DATABASE_URL';
    }
    const own = { supervise, directory: files.postgres, port: await port('postgres'), password: secrets.postgresPassword, durable };
    databaseUrl = await startPostgres(own);
    return `own server on port ${own.port}`;
  });
  let redisUrl = process.env.REDIS_URL;
  await log.step('Redis', async () => {
    if (redisUrl) {
      await requireAnswer(() => answersPing(redisUrl), 'Redis', 'REDIS_URL');
      return 'the server of REDIS_URL';
    }
    const own = { supervise, directory: files.redis, port: await port('redis'), password: secrets.redisPassword, durable };
    redisUrl = await startRedis(own);
    return `own server on port ${own.port}`;
  });
  return { databaseUrl, redisUrl };
}
