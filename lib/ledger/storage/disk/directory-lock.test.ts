import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createTemporaryDirectory } from '../../testing/temporary-directory';
import { lockDirectory } from './directory-lock';

const home = createTemporaryDirectory();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  home.remove();
});

let count = 0;
function freshDirectory(): string {
  count += 1;
  fs.mkdirSync(`${home.path}/${count}`);
  return `${home.path}/${count}`;
}

/** Another process that holds the lock file, as one in another network name space would. */
async function startHolder(directory: string): Promise<ChildProcess> {
  const script = `
    const fs = require('node:fs');
    const stat = fs.readFileSync('/proc/self/stat', 'utf8');
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    fs.writeFileSync(process.argv[1] + '/lock.json', JSON.stringify({ pid: process.pid, startedAt, boot }));
    console.log('held');
    process.stdin.resume();
  `;
  const child = spawn(process.execPath, ['-e', script, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}

describe('directory lock', () => {
  it('is for one opener, within a process too, by whatever path', async () => {
    const directory = freshDirectory();
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'storage-locked', details: { directory }, message: expect.stringContaining(`process ${process.pid}`) });
    fs.symlinkSync(directory, `${directory}-link`);
    await expect(lockDirectory(`${directory}-link`)).rejects.toMatchObject({ code: 'storage-locked' });
    await lock.release();
    const again = await lockDirectory(directory);
    await again.release();
    expect(fs.existsSync(`${directory}/lock.json`)).toBe(false);
  });

  it('goes to exactly one of many who ask at the same time', async () => {
    const directory = freshDirectory();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    await winners[0]?.value.release();
  });

  it('released twice does not take it from the next holder', async () => {
    const directory = freshDirectory();
    const first = await lockDirectory(directory);
    await first.release();
    const second = await lockDirectory(directory);
    await first.release();
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'storage-locked' });
    expect(fs.existsSync(`${directory}/lock.json`)).toBe(true);
    await second.release();
  });

  it.runIf(process.platform === 'linux')('respects a living process that only the file tells of, and not a dead one', async () => {
    const directory = freshDirectory();
    const holder = await startHolder(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'storage-locked', message: expect.stringContaining(`process ${holder.pid}`) });
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    const lock = await lockDirectory(directory);
    await lock.release();
  });

  it.runIf(process.platform === 'linux')('is not kept by a file that a power cut left: torn, of another boot, or of a process id used again', async () => {
    const directory = freshDirectory();
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const leftovers = ['', '{"pid":', 'null', JSON.stringify({ pid: process.ppid, startedAt: '1', boot }), JSON.stringify({ pid: process.ppid, startedAt: '1', boot: 'another' }), JSON.stringify({ pid: process.pid, startedAt: '1', boot })];
    for (const leftover of leftovers) {
      fs.writeFileSync(`${directory}/lock.json`, leftover);
      const lock = await lockDirectory(directory);
      await lock.release();
    }
  });
});
