// For tests of what is left running.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { waitUntil } from '../supervisor/ports.mjs';

/** Whether a process runs; one that only waits to be reaped does not. */
export const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '');
  } catch {
    return false;
  }
};

/** Of a machine that may be busy with others. */
const waitMsMax = 60_000;

/** Waits until none of them runs. */
export const gone = (pids, what) => waitUntil(async () => !pids.some(isAlive), { timeoutMs: waitMsMax, what });

/** Process ids that children wrote down, one a line. */
export const readPids = (file) => readFileSync(file, 'utf8').trim().split('\n').map(Number);

export const hasPids = (file, count) =>
  waitUntil(async () => existsSync(file) && readFileSync(file, 'utf8').trim().split('\n').length >= count, { timeoutMs: waitMsMax, what: file });

/** A file of /proc; empty when its process has ended meanwhile. */
export function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** All that run on this machine (Linux). */
export const allPids = () => readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) && isAlive(Number(name)) ? [Number(name)] : []));

/** The process and all that it and they have started. */
export function familyOf(pid) {
  const parents = allPids().map((one) => [one, Number(readIfThere(`/proc/${one}/stat`).replace(/^.*\) /, '').split(' ')[1])]);
  const family = new Set([pid]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const [one, parent] of parents) if (family.has(parent)) family.add(one);
  }
  return [...family];
}
