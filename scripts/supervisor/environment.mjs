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
