// Holds processes still for the milliseconds in which it is looked how far each has come.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../supervisor/setup-error.mjs';

/** A process that waits for its disk stops when that has answered. */
const stopMsMax = 10_000;

/**
 * Stops the processes, runs `look`, and lets them go on, whatever happens. No client notices more than a pause.
 * Throws when not all of them stood still until `look` was done: what it saw is no instant then.
 * @template T
 * @param {number[]} pids of this user
 * @param {() => T} look synchronous: everybody waits for it
 * @param {{ releaseAfterSeconds?: number }} [options] if this program is killed in between, or takes longer, somebody else lets them go on then
 * @returns {Promise<{ result: T, pausedMs: number }>}
 */
export async function whilePaused(pids, look, { releaseAfterSeconds = 15 } = {}) {
  if (pids.length === 0) return { result: look(), pausedMs: 0 };
  const words = pids.map(String);
  // Before the other clock begins: it cannot have run out while this one has not.
  const from = performance.now();
  const release = spawn('/bin/sh', ['-c', `sleep ${releaseAfterSeconds}; kill -CONT "$@"`, 'release', ...words], { detached: true, stdio: 'ignore' });
  release.on('error', () => {}); // it only stands by
  release.unref();
  try {
    for (const pid of pids) send(pid, 'SIGSTOP');
    await allStopped(pids);
    const result = look();
    const isStill = pids.every(isStopped);
    const pausedMs = performance.now() - from;
    if (pausedMs >= releaseAfterSeconds * 1000) throw new SetupError(`The city-node processes were paused for ${(pausedMs / 1000).toFixed(1)} s, of which ${releaseAfterSeconds} s are safe: the disk is too slow just now. Try again when there is less to do.`);
    if (!isStill) throw new SetupError('A city-node process went on while it was looked at: somebody else sends it signals. Try again.');
    return { result, pausedMs };
  } finally {
    for (const pid of pids) goOn(pid);
    if (release.pid !== undefined) killGroup(release.pid);
  }
}

async function allStopped(pids) {
  const until = performance.now() + stopMsMax;
  while (!pids.every(isStopped)) {
    if (performance.now() > until) throw new SetupError(`The city-node processes ${pids.join(', ')} could not be paused within ${stopMsMax / 1000} s: their disk does not answer. Try again.`);
    await sleep(1);
  }
}

/** Each thread has its own state; one that is inside the kernel stops when it leaves it. */
function isStopped(pid) {
  let threads;
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return true; // it has ended, or this system has no /proc and stops at once
  }
  return threads.every((thread) => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return /^[TtZX]$/.test(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
    } catch {
      return true; // ended meanwhile
    }
  });
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code === 'ESRCH') return;
    if (error.code === 'EPERM') throw new SetupError(`Process ${pid} runs as another user: run the backup as the user that runs the city nodes.`);
    throw error;
  }
}

/** Never throws: the others must go on too. */
function goOn(pid) {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has ended, or was not ours to pause.
  }
}

function killGroup(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
