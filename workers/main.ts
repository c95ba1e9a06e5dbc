import { getDb, getEnv, getLogger, getRedis } from '@/lib/platform';
import { processors } from './processors';
import { keepSchedules } from './schedules';
import { serveHealth } from './serve-health';
import { WorkerManager } from './worker-manager';

/** The worker: runs operations and sweeps. Any number of them may run side by side. */
const closeMsMax = 20_000;
const log = getLogger();

const manager = new WorkerManager(processors);
await manager.ready();
const endSchedules = await keepSchedules();
const { WORKER_HEALTH_PORT } = getEnv();
// Port 0 in the environment: nobody asks for health.
const health = WORKER_HEALTH_PORT === 0 ? undefined : await serveHealth(WORKER_HEALTH_PORT);
log.info({ pid: process.pid, healthPort: WORKER_HEALTH_PORT }, 'worker runs');

let closing = false;
async function close(signal: string): Promise<void> {
  if (closing) return;
  closing = true;
  log.info({ signal }, 'worker closes');
  // What hangs is taken up by another worker once its lease has ended.
  setTimeout(() => process.exit(1), closeMsMax).unref();
  endSchedules();
  health?.close();
  await manager.close();
  await getDb().$disconnect();
  getRedis().disconnect();
  log.info('worker closed');
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void close(signal));
