import { createServer, type Server } from 'node:http';
import { measureQueues } from '@/lib/jobs';
import { getDb, getLogger, getRedis } from '@/lib/platform';

/**
 * `/healthz`: the process runs. `/readyz`: database and queue answer too, with the length of each queue and the age of
 * its oldest failure. On the loopback address only.
 */
export function serveHealth(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/healthz') return answer(200, { status: 'ok' });
    if (request.url !== '/readyz') return answer(404, { status: 'not found' });
    checkReady().then(
      (queues) => answer(200, { status: 'ok', queues }),
      (error: unknown) => {
        getLogger().warn({ err: error }, 'not ready');
        answer(503, { status: 'unavailable' });
      },
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function checkReady() {
  await Promise.all([getDb().$queryRaw`SELECT 1`, getRedis().ping()]);
  return measureQueues();
}
