// Starts child processes so that nothing is left of them when this process ends, in whatever way.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectDirectory, projectPath } from './project.mjs';

let pdeathsigWorks;
/** The words to put before a command so that the kernel signals it when this process dies; none off Linux. */
export function deathSignalPrefix(signal = 'TERM') {
  pdeathsigWorks ??= spawnSync('setpriv', ['--pdeathsig', 'TERM', '--', 'true'], { stdio: 'ignore' }).status === 0;
  return pdeathsigWorks ? ['setpriv', '--pdeathsig', signal, '--'] : [];
}

/** Whether any process of the group is alive (a zombie that nobody reaped counts as alive). */
function isGroupAlive(group) {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A family of child processes, each the leader of its own group, that end together in reverse order. */
export function createFamily() {
  const guard = spawn(process.execPath, [projectPath('scripts/supervisor/guard.mjs')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  guard.stdin.unref();
  guard.stdin.on('error', () => {}); // a guard that was killed: the kernel's death signal still stands
  const tell = (line) => guard.stdin.write(`${line}\n`);
  const children = [];
  let stopping = false;

  function forget(entry) {
    tell(`forget ${entry.child.pid}`);
    const index = children.indexOf(entry);
    if (index >= 0) children.splice(index, 1);
  }

  /**
   * Starts a command in its own process group.
   * @param {string[]} command the program and its arguments
   * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, stdio?: import('node:child_process').StdioOptions,
   *   stopSignal?: 'SIGTERM' | 'SIGINT', stopTimeoutMs?: number, prefix?: string[] }} [options]
   *   `prefix` stands before the death-signal words (it runs first, e.g. `unshare`).
   */
  function start(command, options = {}) {
    const { env = process.env, cwd = projectDirectory, stdio = 'inherit', prefix = [] } = options;
    const { stopSignal = 'SIGTERM', stopTimeoutMs = 10_000 } = options;
    if (stopping) throw new Error('the family is stopping');
    const [program, ...args] = [...prefix, ...deathSignalPrefix(stopSignal.slice(3)), ...command];
    const child = spawn(program, args, { env, cwd, stdio, detached: true });
    const entry = { child, stopSignal, stopTimeoutMs };
    if (child.pid === undefined) return child; // 'error' follows on the child
    children.push(entry);
    tell(`watch ${child.pid} ${stopSignal}`);
    child.once('exit', () => {
      // Grandchildren in the group may live on for a moment; they go when the family stops.
      if (!isGroupAlive(child.pid)) forget(entry);
    });
    return child;
  }

  /** Runs a command to its end; gives its exit code (128 + n after signal n). */
  async function run(command, options = {}) {
    const child = start(command, options);
    const [code, signal] = await once(child, 'exit');
    return code ?? exitCodeOf(signal);
  }

  /** Runs a command to its end, keeping what it writes (its last 200,000 characters). */
  async function runQuietly(command, options = {}) {
    let output = '';
    const child = start(command, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const [code, signal] = await once(child, 'close');
    return { code: code ?? exitCodeOf(signal), output };
  }

  async function stopOne(entry) {
    const { child, stopSignal, stopTimeoutMs } = entry;
    const until = performance.now() + stopTimeoutMs;
    signalGroup(child.pid, stopSignal);
    while (isGroupAlive(child.pid) && performance.now() < until) await sleep(20);
    if (isGroupAlive(child.pid)) signalGroup(child.pid, 'SIGKILL');
    while (isGroupAlive(child.pid) && performance.now() < until + 2000) await sleep(20);
    forget(entry);
  }

  return {
    start,
    run,
    runQuietly,
    isStopping: () => stopping,
    /** Makes the guard remove a directory should this process die. */
    removeAtDeath: (directory) => tell(`remove ${directory}`),
    keepAtDeath: (directory) => tell(`keep ${directory}`),
    /** Stops one child and waits until its group is gone. */
    async stopChild(child) {
      const entry = children.find((one) => one.child === child);
      if (entry) await stopOne(entry);
    },
    /** Stops everything, the last started first. */
    async stop() {
      stopping = true;
      for (const entry of [...children].reverse()) await stopOne(entry);
      guard.ref();
      const guardEnd = guard.exitCode === null && guard.signalCode === null ? once(guard, 'exit') : undefined;
      guard.stdin.end();
      await guardEnd; // reaped here: not every container has somebody else to do it
    },
  };
}

function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** The shell's convention for a process that a signal ended. */
function exitCodeOf(signal) {
  return 128 + os.constants.signals[signal];
}
