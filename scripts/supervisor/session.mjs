// The frame of every command here: signals, messages, tearing down, and the exit code.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createFamily } from './processes.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Runs `work` with a family of processes that is gone when the command ends, also after a signal.
 * @param {(context: { family: ReturnType<typeof createFamily>, atEnd: (undo: () => unknown) => void,
 *   interrupted: Promise<number> }) => Promise<number>} work gives the exit code
 */
export async function runCommand(work) {
  const family = createFamily();
  const undo = [];
  let interrupt;
  const interrupted = new Promise((resolve) => {
    interrupt = resolve;
  });
  let isInterrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const code = 128 + os.constants.signals[signal];
      if (isInterrupted) process.exit(code); // asked twice: the guard and the kernel stop what is left
      isInterrupted = true;
      interrupt(code);
    });
  }
  const parent = process.ppid;
  // npm that is killed with -9 passes nothing on: the only sign is that somebody else has adopted us.
  const watch = setInterval(() => {
    if (process.ppid !== parent) interrupt(128 + os.constants.signals.SIGHUP);
  }, 300);
  if (!process.env.npm_lifecycle_event) clearInterval(watch); // begun by hand or by a service manager: it may outlive its shell
  let code;
  try {
    code = await Promise.race([interrupted, work({ family, atEnd: (one) => undo.push(one), interrupted })]);
  } catch (error) {
    process.stderr.write(`\n${describeError(error)}\n`);
    code = 1;
  }
  await family.stop();
  for (const one of undo.reverse()) {
    try {
      await one();
    } catch (error) {
      process.stderr.write(`While tidying up: ${error.stack ?? error}\n`);
      code ||= 1;
    }
  }
  process.exit(code);
}

/** Errors of the machine (rights, space) name the path themselves; a stack would only hide it. */
export function describeError(error) {
  if (error instanceof SetupError) return error.message;
  if (['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(error.code)) return error.message;
  return error.stack ?? String(error);
}

/** A directory that is gone after the command, also when the command is killed. */
export function temporaryData({ family, atEnd }, name) {
  const directory = mkdtempSync(path.join(os.tmpdir(), `chainworks-${name}-`));
  family.removeAtDeath(directory);
  atEnd(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return directory;
}
