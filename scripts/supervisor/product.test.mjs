import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestHost } from '@/lib/gateway/testing';
import { bundlePrograms } from './bundle.mjs';
import { processEnvironment } from './environment.mjs';
import { hostName } from './hosts.mjs';
import { answersOk, waitUntil } from './ports.mjs';
import { productProcesses } from './product.mjs';
import { dataLayout, hostDirectory, projectDirectory } from './project.mjs';

const settings = { databaseUrl: 'postgresql://chainworks:hush@127.0.0.1:1/portal', redisUrl: 'redis://:hush@127.0.0.1:1', publicUrl: 'http://127.0.0.1:3000', nodeEnv: 'production' };
let data;
let joined;
let programs;
beforeAll(async () => {
  programs = await bundlePrograms();
}, 120_000);
beforeEach(async () => {
  data = mkdtempSync(path.join(os.tmpdir(), 'chainworks-product-'));
  joined = await TestHost.prepare(['SIN']);
});
afterEach(async () => {
  await joined.remove();
  rmSync(data, { recursive: true, force: true });
});

function processNamed(name) {
  const hosts = [1, 2].map((number) => ({ number, name: hostName(number), directory: hostDirectory(data, number), gatewayUrl: '', ports: { control: joined.join.control.port + number - 1 } }));
  const env = processEnvironment({ data, ...settings });
  return productProcesses({ host: '127.0.0.1', ports: { web: 3000, worker: 4112 }, hosts, programs }, env).find((one) => one.name === name);
}

describe('the environment of a city node, which runs other people’s code,', () => {
  it('names neither the database, Redis nor the portal’s secrets, and the city node opens without them', async () => {
    const { command, env, readyUrl } = processNamed('city-node');
    renameSync(joined.directory, hostDirectory(data, 1));
    const child = spawn(command[0], command.slice(1), { env, cwd: projectDirectory, stdio: 'ignore' });
    try {
      await waitUntil(() => answersOk(readyUrl), { timeoutMs: 60_000, what: 'the city node', gaveUp: () => child.exitCode ?? undefined });
      // What the kernel says that the process was given.
      const file = `/proc/${child.pid}/environ`;
      const given = existsSync(file) ? readFileSync(file, 'utf8') : JSON.stringify(env);
      expect(given).toMatch(/PATH/);
      expect(given).not.toMatch(/DATABASE_URL|REDIS_URL|CHAINWORKS_|SMTP|hush/);
      expect(given).not.toContain(dataLayout(data).secrets);
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });

  it('is all that differs: worker and web have the portal’s settings', () => {
    for (const name of ['worker', 'web']) {
      expect(processNamed(name).env).toMatchObject({ DATABASE_URL: settings.databaseUrl, REDIS_URL: settings.redisUrl, CHAINWORKS_SECRETS: dataLayout(data).secrets });
    }
    expect(processNamed('worker').env.WORKER_HEALTH_PORT).toBe('4112');
    expect(processNamed('web').env.WORKER_HEALTH_PORT).toBeUndefined();
  });
});

describe('several city-node processes', () => {
  it('keep their things apart, and the first keeps them where it always did', () => {
    const [first, second] = ['city-node', 'city-node-2'].map(processNamed);
    const directoryOf = ({ command }) => command[command.indexOf('--data') + 1];
    expect(directoryOf(first)).toBe(path.join(data, 'host'));
    expect(directoryOf(second)).toBe(path.join(data, 'hosts', '2'));
    expect(first.readyUrl).not.toBe(second.readyUrl);
    expect(second.env).toEqual(first.env);
  });
});
