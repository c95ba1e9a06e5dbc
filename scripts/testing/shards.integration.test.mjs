import pg from 'pg';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { shardEnvironment } from './shards.mjs';

it('gives a test file a migrated database and an empty Redis database that its neighbour does not use', async () => {
  const shard = process.env.VITEST_POOL_ID;
  expect(new URL(process.env.DATABASE_URL).pathname).toMatch(new RegExp(`_${shard}$`));
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query('select count(*)::int as n from "_prisma_migrations" where finished_at is not null');
  await client.end();
  expect(rows[0].n).toBeGreaterThan(0);

  const redis = new Redis(process.env.REDIS_URL);
  await redis.set('shards-test', shard);
  const neighbour = new Redis(process.env.REDIS_URL.replace(/\d+$/, (digit) => String((Number(digit) % 3) + 1)));
  expect(await neighbour.exists('shards-test')).toBe(0);
  await redis.del('shards-test');
  redis.disconnect();
  neighbour.disconnect();
});

it('counts shards from the Redis database that REDIS_URL names', () => {
  const env = { DATABASE_URL: 'postgresql://a:b@h:1/main', REDIS_URL: 'redis://:p@h:2/8', CHAINWORKS_DATA: '/data' };
  expect(shardEnvironment(env, 2)).toEqual({
    DATABASE_URL: 'postgresql://a:b@h:1/main_2',
    REDIS_URL: 'redis://:p@h:2/10',
    CHAINWORKS_DATA: '/data/shard-2',
  });
});
