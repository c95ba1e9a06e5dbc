import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitUntil } from './supervisor/ports.mjs';
import { projectPath } from './supervisor/project.mjs';
import { gone, hasPids, isAlive, readPids } from './testing/alive.mjs';

let directory;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'chainworks-services-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const byNode = [process.execPath, projectPath('scripts/with-services.mjs')];
const byNpm = ['npm', 'run', '--silent', 'with-services', '--'];
it.each([
  ['SIGKILL', 'the command', byNode],
  ['SIGINT', 'the command', byNode],
  ['SIGKILL', 'npm', byNpm],
  ['SIGTERM', 'npm', byNpm],
])('leaves no PostgreSQL, Redis or data behind with-services after %s to %s', { timeout: 120_000 }, async (signal, _, [program, ...args]) => {
  const file = path.join(directory, 'pids');
  const command = ['sh', '-c', `echo "$CHAINWORKS_DATA" > "${directory}/data"; echo $$ >> "${file}"; sleep 60`];
  const env = { ...process.env, DATABASE_URL: undefined, REDIS_URL: undefined, CHAINWORKS_DATA: undefined };
  const owner = spawn(program, [...args, ...command], { stdio: 'ignore', env, cwd: projectPath() });
  await hasPids(file, 1);
  const data = readFileSync(path.join(directory, 'data'), 'utf8').trim();
  const postgres = Number(readFileSync(path.join(data, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  expect(isAlive(postgres)).toBe(true);
  owner.kill(signal);
  await once(owner, 'exit');
  await gone([postgres, ...readPids(file)], 'the end of the services');
  await waitUntil(async () => !existsSync(data), { timeoutMs: 60_000, what: 'the removal of the data' });
});
