import fs from 'node:fs';
import net from 'node:net';
import { LedgerError } from '../../core/errors';

/** Holds a directory for this process until it is released or the process ends, however it ends. */
export interface DirectoryLock {
  release(): Promise<void>;
}

const LOCK_FILE = 'lock.json';

/**
 * Takes a directory for one opener. Error: `storage-locked`.
 *
 * On Linux the guard is a socket in the kernel's abstract name space, named after the directory's device and inode:
 * only one can be bound, within a process too, and the kernel lets go of it when the process dies, even by kill -9.
 * The lock file beside it names the holder for humans and is the guard elsewhere and across network name spaces:
 * it counts as long as a process with that id and start time lives.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const { dev, ino } = fs.statSync(directory, { bigint: true });
  const release = process.platform === 'linux' ? await bindAbstract(`chainworks-ledger-${dev}-${ino}`, directory) : async () => undefined;
  const path = `${directory}/${LOCK_FILE}`;
  try {
    takeLockFile(path, directory);
  } catch (error) {
    await release();
    throw error;
  }
  let isHeld = true;
  return {
    release: async () => {
      // Once: after that the file may be another holder's.
      if (!isHeld) return;
      isHeld = false;
      fs.rmSync(path, { force: true });
      await release();
    },
  };
}

function bindAbstract(name: string, directory: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    // Nobody talks to this socket; whoever connects is shown the door.
    const server = net.createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? locked(directory, findHolder(`${directory}/${LOCK_FILE}`)?.pid) : error));
    server.listen({ path: `\0${name}` }, () => resolve(() => new Promise((done) => server.close(() => done()))));
  });
}

interface Holder {
  readonly pid: number;
  /** Start of the process in the kernel's clock ticks since boot; with the pid it names one process of one boot. */
  readonly startedAt: string;
  readonly boot: string;
}

function takeLockFile(path: string, directory: string): void {
  const own = JSON.stringify(describe(process.pid));
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      fs.writeFileSync(path, own, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = findHolder(path);
    if (holder !== undefined && isAlive(holder)) throw locked(directory, holder.pid);
    // Left by a process that was killed.
    fs.rmSync(path, { force: true });
  }
  throw locked(directory, undefined);
}

function findHolder(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value) || !('boot' in value)) return undefined;
    const { pid, startedAt, boot } = value;
    return typeof pid === 'number' && typeof startedAt === 'string' && typeof boot === 'string' ? { pid, startedAt, boot } : undefined;
  } catch {
    // Absent, or torn by a power cut: nobody who lives wrote it.
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid) {
    // On Linux the socket would have refused a second opener of this process; elsewhere the file is all there is.
    return process.platform !== 'linux';
  }
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = describe(holder.pid);
  return now.startedAt === holder.startedAt && now.boot === holder.boot;
}

function describe(pid: number): Holder {
  return { pid, startedAt: startOf(pid), boot: readOr('/proc/sys/kernel/random/boot_id') };
}

/** Field 22 of /proc/<pid>/stat; the command's name before it may hold spaces and parentheses. */
function startOf(pid: number): string {
  const stat = readOr(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function readOr(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8').trim();
  } catch {
    // No /proc on this system: the pid alone has to do.
    return '';
  }
}

function locked(directory: string, pid: number | undefined): LedgerError<'storage-locked'> {
  const holder = pid === undefined ? 'another opener' : `process ${pid}`;
  return new LedgerError('storage-locked', { directory }, `${directory} is in use by ${holder}. One process at a time may open a ledger directory: stop the other one first.`);
}
