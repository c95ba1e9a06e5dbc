import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { acquireLock } from './supervisor/lock.mjs';
import { freePort } from './supervisor/ports.mjs';
import { projectPath } from './supervisor/project.mjs';

const data = mkdtempSync(path.join(os.tmpdir(), 'chainworks-start-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

async function start(...flags) {
  const child = spawn(process.execPath, [projectPath('scripts/start.mjs'), '--data', data, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output };
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

  it('refuses a second start on the same data directory', async () => {
    const lock = await acquireLock(path.join(data, 'lock'), { what: 'running' });
    const { code, output } = await start('--port', String(await freePort()), '--gateway-port', String(await freePort()));
    lock.release();
    expect(code).toBe(1);
    expect(output).toMatch(`Process ${process.pid} is already running Chainworks on ${data}`);
  });
});
