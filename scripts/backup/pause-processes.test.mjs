import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectPath } from '../supervisor/project.mjs';
import { whilePaused } from './pause-processes.mjs';

const home = mkdtempSync(path.join(os.tmpdir(), 'chainworks-pause-'));
const files = ['one', 'two'].map((name) => path.join(home, name));
const writers = [];
beforeAll(() => {
  for (const file of files) writers.push(spawn(process.execPath, ['-e', `for (;;) require('fs').appendFileSync(${JSON.stringify(file)}, 'x')`], { stdio: 'ignore' }));
});
afterAll(async () => {
  for (const writer of writers) {
    writer.kill('SIGKILL');
    await once(writer, 'close');
  }
  rmSync(home, { recursive: true, force: true });
});

const pids = () => writers.map((writer) => writer.pid);
const sizes = () => files.map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
async function allGrow() {
  const before = sizes();
  await expect.poll(() => sizes().every((size, at) => size > before[at]), { timeout: 20_000 }).toBe(true);
}

describe('paused processes', () => {
  it('all stand still at one instant, and go on afterwards', async () => {
    await allGrow();
    const { result } = await whilePaused(pids(), () => {
      const before = sizes();
      const until = performance.now() + 100;
      while (performance.now() < until) sizes();
      return { before, after: sizes() };
    });
    expect(result.after).toEqual(result.before);
    await allGrow();
  });

  it('are refused as an instant when one of them went on meanwhile', async () => {
    const [first] = pids();
    const look = () => {
      const before = sizes();
      process.kill(first, 'SIGCONT');
      while (sizes()[0] === before[0]);
    };
    await expect(whilePaused(pids(), look)).rejects.toThrow('went on while it was looked at');
    await allGrow();
  });

  it('are refused as an instant when the look took so long that they were let go on, even if they stand still again', async () => {
    const look = () => {
      const before = sizes();
      while (sizes()[0] === before[0]);
      for (const pid of pids()) process.kill(pid, 'SIGSTOP');
    };
    await expect(whilePaused(pids(), look, { releaseAfterSeconds: 1 })).rejects.toThrow('of which 1 s are safe');
    await allGrow();
  });

  it('go on when the look fails', async () => {
    await expect(whilePaused(pids(), () => { throw new Error('seen enough'); })).rejects.toThrow('seen enough');
    await allGrow();
  });

  it('go on when who paused them is killed meanwhile', async () => {
    const paused = pathToFileURL(projectPath('scripts/backup/pause-processes.mjs'));
    const script = `import { whilePaused } from ${JSON.stringify(paused.href)};
      await whilePaused(${JSON.stringify(pids())}, () => process.kill(process.pid, 'SIGKILL'), { releaseAfterSeconds: 1 });`;
    const pauser = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    const [, signal] = await once(pauser, 'close');
    expect(signal).toBe('SIGKILL');
    await allGrow();
  });

  it('that have ended are no reason to fail', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'close');
    expect((await whilePaused([gone.pid], () => 'looked')).result).toBe('looked');
  });
});
