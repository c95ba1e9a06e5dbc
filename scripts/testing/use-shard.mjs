// Vitest loads this before each file of the integration and conformance tests: the worker takes its shard.
import { shardEnvironment } from './shards.mjs';

const shard = Number(process.env.VITEST_POOL_ID);
if (!process.env.DATABASE_URL || !process.env.REDIS_URL || !process.env.CHAINWORKS_DATA) {
  throw new Error('These tests need PostgreSQL and Redis: run them with `npm run with-services -- npx vitest run <paths>`.');
}
if (!process.env.CHAINWORKS_TEST_SHARD) {
  Object.assign(process.env, shardEnvironment(process.env, shard), { CHAINWORKS_TEST_SHARD: String(shard) });
}
