import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from './ports.mjs';
import { createFamily } from './processes.mjs';
import { createSupervisor } from './supervise.mjs';
import { gone, hasPids, isAlive, readPids } from '../testing/alive.mjs';
import { projectPath } from './project.mjs';

let directory;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'chainworks-processes-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A child that starts a grandchild which ignores polite signals, and both write down who they are. */
const parentAndStubbornChild = (file) => [
  'sh',
  '-c',
  `echo $$ >> "${file}"; sh -c 'trap "" TERM INT HUP; echo $$ >> "${file}"; while :; do sleep 0.1; done'`,
];

describe('nothing is left running', () => {
  it('stops grandchildren too, also those that ignore polite signals', async () => {
    const file = path.join(directory, 'pids');
    const family = createFamily();
    family.start(parentAndStubbornChild(file), { stopTimeoutMs: 300, stdio: 'ignore' });
    await hasPids(file, 2);
    await family.stop();
    expect(readPids(file).filter(isAlive)).toEqual([]);
  });

  it('stops them when the owner is killed with -9, and removes its temporary directory', async () => {
    const file = path.join(directory, 'pids');
    const temporary = path.join(directory, 'temporary');
    const program = `
      import { mkdirSync } from 'node:fs';
      import { createFamily } from ${JSON.stringify(projectPath('scripts/supervisor/processes.mjs'))};
      const family = createFamily();
      mkdirSync(${JSON.stringify(temporary)});
      family.removeAtDeath(${JSON.stringify(temporary)});
      family.start(${JSON.stringify(parentAndStubbornChild(file))}, { stdio: 'ignore' });
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    await hasPids(file, 2);
    owner.kill('SIGKILL');
    await gone(readPids(file), 'the end of the family');
    await waitUntil(async () => !existsSync(temporary), { timeoutMs: 15_000, what: 'the removal of the directory' });
  });
});

describe('a process that dies', () => {
  async function superviseIn(work) {
    const family = createFamily();
    const said = [];
    try {
      await work(createSupervisor({ family, logs: directory, say: (text) => said.push(text) }), said);
    } finally {
      await family.stop();
    }
  }

  it('is started again, and that is said', () =>
    superviseIn(async (supervise, said) => {
      const child = supervise('clock', ['sh', '-c', 'echo started; sleep 60']);
      child.markReady();
      const first = child.pid;
      process.kill(-first, 'SIGKILL');
      await waitUntil(async () => child.pid !== first, { timeoutMs: 10_000, what: 'the new start' });
      expect(said.join()).toMatch(/clock was ended by SIGKILL; starting it again in 0.5 s/);
    }));

  it('is given up with its last words when it never became ready', () =>
    superviseIn(async (supervise) => {
      const child = supervise('clock', ['sh', '-c', 'echo no clockwork here >&2; exit 3']);
      await waitUntil(async () => child.endedBecause() !== undefined, { timeoutMs: 10_000, what: 'the reason' });
      expect(child.endedBecause()).toMatch(/ended with code 3[\s\S]*no clockwork here/);
    }));

  it('is not started again once everything is being stopped', async () => {
    let child;
    let said;
    await superviseIn(async (supervise, lines) => {
      said = lines;
      child = supervise('clock', ['sleep', '60']);
      child.markReady();
    });
    const last = child.pid;
    await sleep(700); // longer than the first pause
    expect([said, child.pid, isAlive(last)]).toEqual([[], last, false]);
  });
});
