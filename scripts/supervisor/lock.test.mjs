import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, isOwnerAlive, ownIdentity } from './lock.mjs';

const directory = mkdtempSync(path.join(os.tmpdir(), 'chainworks-lock-'));
const file = path.join(directory, 'lock');
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(directory, { recursive: true }));

const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('one owner at a time', () => {
  it('refuses a second owner, naming the process and the lock', async () => {
    const lock = await acquireLock(file, { what: 'running' });
    await expect(acquireLock(file, { what: 'running Chainworks' })).rejects.toThrow(
      `Process ${process.pid} is already running Chainworks (lock: ${file})`,
    );
    lock.release();
    (await acquireLock(file, { what: 'running' })).release();
  });

  it('waits for the owner when told to', async () => {
    const lock = await acquireLock(file, { what: 'running' });
    setTimeout(lock.release, 150);
    (await acquireLock(file, { what: 'running', waitMs: 10_000 })).release();
  });

  it('lets one of many contenders in at a time', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const lock = await acquireLock(file, { what: 'running', waitMs: 10_000 });
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 20));
        inside--;
        lock.release();
      }),
    );
    expect(most).toBe(1);
  });

  it('takes over the lock of a process that died, and leaves nothing beside it', async () => {
    writeFileSync(file, JSON.stringify({ pid: deadPid(), startTime: '1' }));
    const lock = await acquireLock(file, { what: 'running' });
    expect(isOwnerAlive(file)).toBe(true);
    lock.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.runIf(existsSync('/proc/self/stat'))('is not fooled by a process that got the number of the dead owner', async () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: `${Number(ownIdentity().startTime) - 1}` }));
    (await acquireLock(file, { what: 'running' })).release();
  });
});
