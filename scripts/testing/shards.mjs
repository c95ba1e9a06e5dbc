// Test files run side by side, each worker with a database and a Redis database of its own: a test of the
// queue or of a sweep over all rows must not meet another file's rows.
import path from 'node:path';
import { withPostgres } from '../supervisor/postgres.mjs';
import { withRedis } from '../supervisor/redis.mjs';
import { SetupError } from '../supervisor/setup-error.mjs';

/** Vitest's workers (vitest.config.ts takes the same number). */
export const testShards = [1, 2, 3];
/** The product that the browser visits. */
export const journeyShard = 4;
const allShards = [...testShards, journeyShard];

function shardOfRedis(redisUrl, shard) {
  const url = new URL(redisUrl);
  url.pathname = `/${Number(url.pathname.slice(1) || 0) + shard}`;
  return url.toString();
}

/** What differs for one shard from the environment of the services. */
export function shardEnvironment(env, shard) {
  const databaseUrl = new URL(env.DATABASE_URL);
  databaseUrl.pathname += `_${shard}`;
  return {
    DATABASE_URL: databaseUrl.toString(),
    REDIS_URL: shardOfRedis(env.REDIS_URL, shard),
    CHAINWORKS_DATA: path.join(env.CHAINWORKS_DATA, `shard-${shard}`),
  };
}

/** Copies the migrated database, to which nobody may be connected just now, for each shard. */
export async function createShards(databaseUrl, shards = testShards) {
  const template = new URL(databaseUrl).pathname.slice(1);
  await withPostgres(databaseUrl, async (client) => {
    for (const shard of shards) await client.query(`CREATE DATABASE "${template}_${shard}" TEMPLATE "${template}"`);
  });
}

/**
 * Tests must not touch what a real server already holds: with DATABASE_URL they get databases of their own that
 * are dropped afterwards, with REDIS_URL databases that were empty and are emptied again. Gives the undo.
 */
export async function borrowServers(random) {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env;
  const name = `chainworks_test_${random}`;
  if (databaseUrl) {
    const own = new URL(databaseUrl);
    own.pathname = `/${name}`;
    process.env.DATABASE_URL = own.toString();
  }
  const redisUrls = redisUrl ? [0, ...allShards].map((shard) => shardOfRedis(redisUrl, shard)) : [];
  for (const url of redisUrls) {
    const keys = await withRedis(url, (redis) => redis.dbsize());
    if (keys === 0) continue;
    throw new SetupError(
      `Redis database ${new URL(url).pathname.slice(1)} of REDIS_URL holds ${keys} keys. Tests need ${redisUrls.length} empty databases in a row:\n` +
        'name the first of them, e.g. the same address ending in /8.',
    );
  }
  return async () => {
    for (const url of redisUrls) await withRedis(url, (redis) => redis.flushdb());
    if (!databaseUrl) return;
    await withPostgres(databaseUrl, async (client) => {
      for (const suffix of ['', ...allShards.map((shard) => `_${shard}`)]) {
        await client.query(`DROP DATABASE IF EXISTS "${name}${suffix}" WITH (FORCE)`);
      }
    });
  };
}
