// PostgreSQL and Redis: servers that the environment names, or instances of our own in the data directory.
import { acceptsConnections, startPostgres } from './postgres.mjs';
import { freePort } from './ports.mjs';
import { dataLayout } from './project.mjs';
import { answersPing, requireRedis, startRedis, withRedis } from './redis.mjs';
import { SetupError } from './setup-error.mjs';

/** Ports that a person finds again, taken when they are free; nobody but our own processes needs them. */
const preferredPorts = { postgres: 4110, redis: 4111 };

async function requireAnswer(check, what, variable) {
  if (await check()) return;
  throw new SetupError(`${what} does not answer at the address in ${variable}. Start that server, or unset ${variable} to use an own one.`);
}

/**
 * @param {{ data: string, secrets: Record<string, string>, supervise: Function, log: { step: Function },
 *   durable?: boolean }} options `durable: false` for throw-away data
 * @returns {Promise<{ databaseUrl: string, redisUrl: string }>}
 */
export async function startServices({ data, secrets, supervise, log, durable = true }) {
  const files = dataLayout(data);
  const port = (name) => freePort(durable ? preferredPorts[name] : 0);
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
    const note = requireRedis();
    const own = { supervise, directory: files.redis, port: await port('redis'), password: secrets.redisPassword, durable };
    redisUrl = await startRedis(own);
    return `${note}, own server on port ${own.port}`;
  });
  return { databaseUrl, redisUrl };
}

/**
 * A test must not touch what a real server already holds: a database of its own that is dropped afterwards,
 * and a Redis database that was empty and is emptied again.
 */
export async function borrowServers(random) {
  const undo = [];
  if (process.env.DATABASE_URL) {
    const url = new URL(process.env.DATABASE_URL);
    const name = `chainworks_test_${random}`;
    const admin = new URL(url);
    admin.pathname = '/postgres';
    url.pathname = `/${name}`;
    process.env.DATABASE_URL = url.toString();
    undo.push(async () => {
      const { default: pg } = await import('pg');
      const client = new pg.Client({ connectionString: admin.toString() });
      await client.connect();
      await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await client.end();
    });
  }
  if (process.env.REDIS_URL) {
    const redisUrl = process.env.REDIS_URL;
    const keys = await withRedis(redisUrl, (redis) => redis.dbsize());
    if (keys > 0) {
      throw new SetupError(`The Redis database of REDIS_URL holds ${keys} keys. Tests need an empty one, e.g. the same address ending in /9.`);
    }
    undo.push(() => withRedis(redisUrl, (redis) => redis.flushdb()));
  }
  return async () => {
    for (const one of undo) await one();
  };
}
