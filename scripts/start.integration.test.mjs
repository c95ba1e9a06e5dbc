import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { acquireLock } from './supervisor/lock.mjs';
import { freePort, isPortFree, waitUntil } from './supervisor/ports.mjs';
import { dataLayout, hostDirectory, projectPath } from './supervisor/project.mjs';
import { allPids, familyOf, gone, readIfThere } from './testing/alive.mjs';

const data = mkdtempSync(path.join(os.tmpdir(), 'chainworks-start-'));
const startedHere = [];
afterAll(async () => {
  for (const { child, ended } of startedHere) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
});

/** Its own PostgreSQL and Redis, and nothing of the test's settings. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(DATABASE_URL|REDIS_URL|PORT|PUBLIC_URL|NODE_ENV|VITEST|CHAINWORKS_)/.test(name)));

function spawnStart(...flags) {
  const child = spawn(process.execPath, [projectPath('scripts/start.mjs'), '--data', data, ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  const started = { child, output: '', ended: once(child, 'close') };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (started.output += chunk));
  startedHere.push(started);
  return started;
}

async function start(...flags) {
  const started = spawnStart(...flags);
  const [code] = await started.ended;
  return { code, output: started.output };
}

/** The first of that many free ports in a row. */
async function freePorts(count) {
  for (;;) {
    const first = await freePort();
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isPortFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

async function withTakenPort(work) {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work(String(server.address().port));
  } finally {
    server.close();
  }
}

describe('npm start says what is in its way', () => {
  it.each(['--port', '--gateway-port'])('names the taken port and %s', (flag) =>
    withTakenPort(async (port) => {
      const other = flag === '--port' ? '--gateway-port' : '--port';
      const { code, output } = await start(flag, port, other, String(await freePort()));
      expect(code).toBe(1);
      expect(output).toMatch(`Port ${port} on 127.0.0.1`);
      expect(output).toMatch(`choose another port with ${flag}`);
      expect(output).not.toMatch('    at ');
    }));

  it('names the taken port of a further gateway too', () =>
    withTakenPort(async (port) => {
      const { code, output } = await start('--port', String(await freePort()), '--gateway-port', String(Number(port) - 2), '--city-nodes', '3');
      expect(code).toBe(1);
      expect(output).toMatch(`Port ${port} on 127.0.0.1, meant for gateway 3 of 3, is taken`);
    }));

  it('refuses a second start on the same data directory', async () => {
    const lock = await acquireLock(path.join(data, 'lock'), { what: 'running' });
    const { code, output } = await start('--port', String(await freePort()), '--gateway-port', String(await freePort()));
    lock.release();
    expect(code).toBe(1);
    expect(output).toMatch(`Process ${process.pid} is already running Chainworks on ${data}`);
  });
});

/** Processes that name the data directory in their arguments or their environment (not Next.js, which writes its title over both). */
const processesOf = (directory) => allPids().filter((pid) => pid !== process.pid && ['cmdline', 'environ'].some((file) => readIfThere(`/proc/${pid}/${file}`).includes(directory)));

/** The product's own rows, by the product's own verbs. */
async function withRows(output, work) {
  const secrets = JSON.parse(readFileSync(dataLayout(data).secrets, 'utf8'));
  const portOf = (server) => new RegExp(`${server}: own server on port (\\d+)`).exec(output)?.[1];
  Object.assign(process.env, {
    DATABASE_URL: `postgresql://chainworks:${secrets.postgresPassword}@127.0.0.1:${portOf('PostgreSQL')}/chainworks`,
    REDIS_URL: `redis://:${secrets.redisPassword}@127.0.0.1:${portOf('Redis')}`,
    CHAINWORKS_DATA: data,
    CHAINWORKS_SECRETS: dataLayout(data).secrets,
  });
  const { getDb, getRedis } = await import('@/lib/platform');
  try {
    return await work(getDb());
  } finally {
    await getDb().$disconnect();
    getRedis().disconnect();
  }
}

describe.runIf(existsSync('/proc/self/environ'))('npm start -- --city-nodes', () => {
  it('4 puts the validators of a Byzantine-tolerant sub-chain into four processes, says what another number would tear apart, and is gone after kill -9', { timeout: 400_000 }, async () => {
    const [port, gatewayPort] = [await freePort(), await freePorts(4)];
    const flags = ['--port', String(port), '--gateway-port', String(gatewayPort)];
    const first = spawnStart(...flags, '--city-nodes', '4');
    await waitUntil(async () => first.output.includes('Chainworks runs at'), { timeoutMs: 300_000, what: 'npm start', gaveUp: () => (first.child.exitCode === null ? undefined : first.output) });
    expect(first.output.trim().split('\n').at(-1)).toMatch(new RegExp(`^Chainworks runs at http://127.0.0.1:${port} \\(ready in `));
    for (const name of ['city-node', 'city-node-2', 'city-node-3', 'city-node-4']) expect(first.output).toContain(`✓ ${name} (`);

    const endpoints = await withRows(first.output, async () => {
      const { findSubChain } = await import('@/lib/sub-chains');
      const { finalOperation, givenCaller, givenPaidApplication } = await import('@/lib/sub-chains/testing');
      const { ringOperation } = await import('@/lib/operations');
      const caller = await givenCaller();
      const { applicationId, operationId } = await givenPaidApplication(caller, { cityNodes: ['SIN', 'PAR', 'JNB', 'HKG'], finality: 'byzantine' });
      await ringOperation(operationId);
      // Its smoke transaction is final when three of the four processes have signed its block.
      expect(await finalOperation(operationId, 120_000)).toMatchObject({ state: 'SUCCEEDED' });
      const subChain = await findSubChain(caller, applicationId);
      expect(subChain).toMatchObject({ finality: 'byzantine', state: 'RUNNING' });
      expect(new Set(subChain.endpoints.map((endpoint) => endpoint.host)).size).toBe(4);
      expect(new Set(subChain.endpoints.map((endpoint) => endpoint.machine)).size).toBe(1);
      return subChain.endpoints;
    });
    // Each peer answers at its own process's gateway, and its ledger lies in that process's directory alone.
    const places = ['SIN', 'PAR', 'JNB', 'HKG'];
    for (const [index, cityNode] of places.entries()) {
      const { url } = endpoints.find((one) => one.cityNode === cityNode);
      expect(url).toMatch(`http://127.0.0.1:${gatewayPort + index}/${cityNode.toLowerCase()}/`);
      expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
      for (const other of [1, 2, 3, 4]) expect(existsSync(path.join(hostDirectory(data, other), cityNode))).toBe(other === index + 1);
    }

    // One that dies is started again, with its ledgers; the others do not notice.
    const third = endpoints.find((one) => one.cityNode === 'JNB').url;
    const pidOfThird = allPids().find((pid) => readIfThere(`/proc/${pid}/cmdline`).includes(hostDirectory(data, 3)));
    process.kill(pidOfThird, 'SIGKILL');
    await gone([pidOfThird], 'the end of the third city node');
    await waitUntil(async () => (await fetch(third, { method: 'POST', body: '{}' }).catch(() => undefined))?.status === 401, { timeoutMs: 60_000, what: 'the third city node' });
    expect(first.output).toContain('! city-node-3 was ended by SIGKILL');

    const pids = familyOf(first.child.pid);
    // The start itself, its guard, PostgreSQL, Redis, four city nodes, worker and portal.
    expect(pids.length).toBeGreaterThanOrEqual(10);
    first.child.kill('SIGKILL');
    await first.ended;
    await gone(pids, 'the end of all processes');
    expect(processesOf(data)).toEqual([]);

    const other = await start(...flags, '--city-nodes', '2');
    expect(other.code).toBe(1);
    expect(other.output).toContain('Hong Kong (HKG) and Johannesburg (JNB) would move to another process');
    expect(other.output).toContain('Use --city-nodes 4, 5, 6, or 7, or delete the applications that run there first.');
    expect(other.output).not.toMatch('    at ');
    expect(processesOf(data)).toEqual([]);
  });
});
