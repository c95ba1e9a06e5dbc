// The environment of our processes, in one place. lib/platform/env.ts parses it.
import { dataLayout } from './project.mjs';

/**
 * @param {{ data: string, databaseUrl: string, redisUrl: string, publicUrl: string, nodeEnv: string }} options
 */
export function processEnvironment({ data, databaseUrl, redisUrl, publicUrl, nodeEnv }) {
  return {
    ...process.env,
    NODE_ENV: nodeEnv,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CHAINWORKS_DATA: data,
    CHAINWORKS_SECRETS: dataLayout(data).secrets,
    PUBLIC_URL: publicUrl,
    PAYMENTS: process.env.PAYMENTS ?? 'test',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    NEXT_TELEMETRY_DISABLED: '1',
  };
}

/** What any program needs of its machine; nothing of it is a setting or a secret of ours. */
const ofTheMachine = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|LD_LIBRARY_PATH|SSL_CERT_FILE|SSL_CERT_DIR|UV_THREADPOOL_SIZE|NODE_\w+)$/;

/**
 * glibc (mallopt(3)): few arenas, and large pieces apart from the small ones, so that what a load took goes back to the
 * machine when the load is over. Left alone, glibc keeps most of it: at rest a city node held twice as much.
 */
const memory = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '131072' };

/**
 * The environment of a city node: settings come from its join.json. It is the process that runs other people's code,
 * so it is told neither where the portal keeps its rows nor where its secrets lie.
 * @param {NodeJS.ProcessEnv} env
 */
export function cityNodeEnvironment(env) {
  return { ...memory, ...Object.fromEntries(Object.entries(env).filter(([name]) => ofTheMachine.test(name))) };
}
