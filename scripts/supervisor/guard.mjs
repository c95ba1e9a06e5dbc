// Outlives the process that started it by a few seconds: when that process ends in whatever way (its end
// of the pipe closes, also after kill -9), stops every process group it was told of, also their
// grandchildren, and removes temporary directories. `setpriv --pdeathsig` alone reaches only direct
// children and exists only on Linux.
// Lines on standard input: `watch <group> <signal>`, `forget <group>`, `remove <directory>`, `keep <directory>`.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const graceMs = 5000;
const groups = new Map();
const directories = new Set();

function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {}); // ends with its pipe, not before

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...rest] = line.split(' ');
  const value = rest[0] ?? '';
  if (verb === 'watch') groups.set(Number(value), rest[1] ?? 'SIGTERM');
  else if (verb === 'forget') groups.delete(Number(value));
  else if (verb === 'remove') directories.add(rest.join(' '));
  else if (verb === 'keep') directories.delete(rest.join(' '));
}

for (const [group, signal] of groups) signalGroup(group, signal);
const until = performance.now() + graceMs;
while ([...groups.keys()].some((group) => signalGroup(group, 0)) && performance.now() < until) await sleep(50);
for (const group of groups.keys()) signalGroup(group, 'SIGKILL');
for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
