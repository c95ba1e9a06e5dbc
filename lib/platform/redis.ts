import { Redis } from 'ioredis';
import { getEnv } from './env';
import { getLogger } from './logger';
import { singleton } from './singleton';

/** Shared connection for short commands: fails fast while Redis is away, so that a request never hangs on it. */
export function getRedis(): Redis {
  return singleton('redis', () => connect({ maxRetriesPerRequest: 1, enableOfflineQueue: true }));
}

/** A connection of its own for blocking use (BullMQ workers, subscriptions), which waits for Redis to come back. */
export function createBlockingRedis(): Redis {
  return connect({ maxRetriesPerRequest: null });
}

function connect(options: { maxRetriesPerRequest: number | null; enableOfflineQueue?: boolean }): Redis {
  const redis = new Redis(getEnv().REDIS_URL, {
    ...options,
    connectTimeout: 3_000,
    retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 5), 2_000),
  });
  redis.on('error', (error) => getLogger().warn({ err: error.message }, 'redis connection'));
  return redis;
}
