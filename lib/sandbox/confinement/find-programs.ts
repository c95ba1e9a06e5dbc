import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '../errors';

/** The programs that a sandbox is made with, and the shared libraries that those inside need. Absolute paths. */
export interface SandboxPrograms {
  readonly bwrap: string;
  readonly nice: string;
  /** Inside: */
  readonly setpriv: string;
  readonly prlimit: string;
  readonly node: string;
  readonly libraries: readonly string[];
}

/** Where distributions keep programs; the environment's PATH may be anybody's. */
const places = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin', '/sbin', '/run/current-system/sw/bin'];

/** The types of Next know no process without NODE_ENV. */
export const noEnvironment = {} as NodeJS.ProcessEnv;

const packages: Record<string, string> = { bwrap: 'bubblewrap', nice: 'coreutils', setpriv: 'util-linux', prlimit: 'util-linux', ldd: 'libc-bin' };

function findProgram(name: string, folders: readonly string[]): string {
  const found = folders.map((place) => path.join(place, name)).find((file) => existsSync(file));
  if (found) return realpathSync(found);
  throw new SandboxError('unavailable', {}, `Chaincode cannot run on this machine: the program \`${name}\` is missing. On Debian or Ubuntu: sudo apt-get install ${packages[name]}. Code of publishers is never run without it.`);
}

/** Finds them all. Throws `unavailable` with what to install. */
export async function findPrograms(folders: readonly string[] = places): Promise<SandboxPrograms> {
  if (process.platform !== 'linux') {
    throw new SandboxError('unavailable', {}, `Chaincode cannot run on this machine: it is locked in by bubblewrap, which is for Linux alone (this is ${process.platform}).`);
  }
  const [bwrap, nice, setpriv, prlimit, ldd] = ['bwrap', 'nice', 'setpriv', 'prlimit', 'ldd'].map((name) => findProgram(name, folders)) as [string, string, string, string, string];
  requireVersion((await promisify(execFile)(bwrap, ['--version'], { encoding: 'utf8', env: noEnvironment })).stdout);
  const node = realpathSync(process.execPath);
  const listed = await Promise.all([node, setpriv, prlimit].map((program) => promisify(execFile)(ldd, [program], { encoding: 'utf8', env: noEnvironment })));
  // "libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)" or "/lib64/ld-linux-x86-64.so.2 (0x…)"; the kernel's own has no path.
  const libraries = new Set(listed.flatMap(({ stdout }) => [...stdout.matchAll(/(?:=>|^)\s*(\/\S+)\s+\(/gm)].map((match) => match[1] ?? '')));
  return { bwrap, nice, setpriv, prlimit, node, libraries: [...libraries].sort() };
}

/** Older ones do not know all options: file systems in memory would have no limit. Throws `unavailable`. */
export function requireVersion(told: string): void {
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(told) ?? []).map(Number);
  if (major > 0 || minor >= 8) return;
  throw new SandboxError('unavailable', {}, `Chaincode cannot run on this machine: ${told.trim() || 'bwrap'} is too old, bubblewrap 0.8 or newer is needed.`);
}
