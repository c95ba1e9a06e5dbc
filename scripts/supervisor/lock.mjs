// A lock file that holds its owner's process id: the lock of a process that died is taken over.
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './setup-error.mjs';

/** A process id is reused sooner or later: on Linux the start time tells two owners of one id apart. */
function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return ''; // no /proc on this system, or no such process: the id alone decides
  }
}

/** What tells this process from any other, now and later. */
export function ownIdentity() {
  return { pid: process.pid, startTime: startTimeOf(process.pid) };
}

/** Whether the process that wrote its identity into the file still runs. */
export function isOwnerAlive(file) {
  const owner = readOwner(file);
  return owner !== undefined && isAlive(owner);
}

function isAlive({ pid, startTime }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return startTimeOf(pid) === startTime;
}

function readOwner(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // gone in the meantime, or not a lock of ours
  }
}

/**
 * Takes the lock or throws, saying who has it.
 * @param {string} file
 * @param {{ what: string, waitMs?: number }} options `what` the owner is doing, for the message
 */
export async function acquireLock(file, { what, waitMs = 0 }) {
  const mine = `${file}.${randomUUID()}`;
  writeFileSync(mine, JSON.stringify(ownIdentity()), { mode: 0o600 });
  const until = performance.now() + waitMs;
  try {
    for (;;) {
      try {
        linkSync(mine, file); // atomic, and never seen half written
        return { release: () => rmSync(file, { force: true }) };
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const owner = readOwner(file);
      if (!owner || !isAlive(owner)) takeAway(file);
      else if (performance.now() > until) throw new SetupError(`Process ${owner.pid} is already ${what} (lock: ${file}). Stop it first.`);
      else await sleep(100);
    }
  } finally {
    unlinkSync(mine);
  }
}

/** Two that find the same dead owner: only one rename succeeds for each file that is there. */
function takeAway(file) {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return;
  }
  const owner = readOwner(aside);
  if (owner && isAlive(owner)) {
    // A new owner came between our look and our rename: give it its lock back.
    try {
      linkSync(aside, file);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
  rmSync(aside, { force: true });
}
