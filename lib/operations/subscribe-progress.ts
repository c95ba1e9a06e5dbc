import type { Redis } from 'ioredis';
import { createBlockingRedis, getLogger, singleton } from '@/lib/platform';
import { progressChannel } from './publish-progress';

/** One subscribing connection per process, shared by all watchers. */
interface Hub {
  redis: Redis;
  listeners: Map<string, Set<() => void>>;
}

function getHub(): Hub {
  return singleton('operation-progress', () => {
    const hub: Hub = { redis: createBlockingRedis(), listeners: new Map() };
    hub.redis.on('message', (channel: string) => {
      for (const listener of hub.listeners.get(channel) ?? []) listener();
    });
    return hub;
  });
}

/** Calls `listener` after each change of the operation that Redis tells about. Returns the way to end it. */
export function subscribeProgress(operationId: string, listener: () => void): () => void {
  const hub = getHub();
  const channel = progressChannel(operationId);
  const listeners = hub.listeners.get(channel) ?? new Set();
  listeners.add(listener);
  hub.listeners.set(channel, listeners);
  // What changed before the subscription stood is looked up once it does. ioredis renews it after a lost connection.
  if (listeners.size === 1) hub.redis.subscribe(channel).then(listener, logFailure);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || hub.listeners.get(channel) !== listeners) return;
    hub.listeners.delete(channel);
    hub.redis.unsubscribe(channel).catch(logFailure);
  };
}

function logFailure(error: unknown): void {
  getLogger().warn({ err: error }, 'progress subscription');
}
