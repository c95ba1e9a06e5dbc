import { getLogger, getRedis } from '@/lib/platform';

/** Redis channel that says an operation has changed; the message is its version. */
export function progressChannel(operationId: string): string {
  return `operation:${operationId}`;
}

/** Tells watchers at once. Harmless when it fails: they look at the row every 2 s anyway. */
export function publishProgress(operationId: string, version: number): void {
  getRedis()
    .publish(progressChannel(operationId), String(version))
    .catch((error: unknown) => getLogger().debug({ operationId, err: error }, 'progress not published'));
}
