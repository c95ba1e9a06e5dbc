// An own Redis instance with an own port and password: found on the PATH, or installed by apt as root.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canInstallPackages, installDebianPackage } from './debian.mjs';
import { waitUntil } from './ports.mjs';
import { SetupError } from './setup-error.mjs';

const oldestMajor = 6;

function redisMajor() {
  const result = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  if (result.status !== 0) return undefined;
  return Number(/v=(\d+)/.exec(result.stdout)?.[1] ?? 0);
}

/** Makes sure that a `redis-server` binary is there; gives a note of what was done. */
export function requireRedis() {
  let note = 'found';
  let major = redisMajor();
  if (major === undefined && canInstallPackages()) {
    installDebianPackage('redis-server');
    note = 'installed by apt';
    major = redisMajor();
  }
  if (major === undefined) {
    throw new SetupError(
      'Redis is missing. Chainworks runs an instance of its own, but needs the program `redis-server`, version 6.2 or newer:\n' +
        '  Debian, Ubuntu:  sudo apt-get install redis-server\n' +
        '  Fedora:          sudo dnf install redis\n' +
        '  macOS:           brew install redis\n' +
        'or set REDIS_URL to a server that you have, e.g. redis://:password@host:6379',
    );
  }
  if (major < oldestMajor) throw new SetupError(`redis-server ${major} is too old: 6.2 or newer is needed. Or set REDIS_URL.`);
  return note;
}

/** Starts Redis in a directory. The password goes by a private file: a command line is readable by everybody. */
export async function startRedis({ supervise, directory, port, password, durable = true }) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, 'redis.conf');
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    `dir "${directory}"`,
    `appendonly ${durable ? 'yes' : 'no'}`,
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
  ];
  writeFileSync(file, `${settings.join('\n')}\n`, { mode: 0o600 });
  const server = supervise('redis', ['redis-server', file]);
  const url = `redis://:${password}@127.0.0.1:${port}`;
  await waitUntil(() => answersPing(url), { timeoutMs: 60_000, what: 'Redis', gaveUp: server.endedBecause });
  server.markReady();
  return url;
}

/** Whether the Redis of the URL answers; throws when it refuses the password, which waiting does not heal. */
export async function answersPing(url) {
  try {
    return (await withRedis(url, (redis) => redis.ping())) === 'PONG';
  } catch (error) {
    if (/^(WRONGPASS|NOAUTH|ERR .*AUTH|NOPERM)/.test(error.message)) {
      const { hostname, port } = new URL(url);
      throw new SetupError(`Redis at ${hostname}:${port || 6379} refuses the user or password: ${error.message}`);
    }
    return false;
  }
}

/** Connects once, without retries, asks, and leaves. */
export async function withRedis(url, ask) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0, connectTimeout: 3000 });
  redis.on('error', () => {}); // the same error rejects the call below
  try {
    await redis.connect();
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
