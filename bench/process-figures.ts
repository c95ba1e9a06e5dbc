import { readdirSync, readFileSync } from 'node:fs';

const clockTicksPerSecond = 100;

/** Anonymous and shared memory of a process (RssAnon + RssShmem), and its mapped pages (RssFile), MiB. */
export function memoryOf(pid: number): { readonly anonymousMiB: number; readonly mappedMiB: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return { anonymousMiB: (kib('RssAnon') + kib('RssShmem')) / 1024, mappedMiB: kib('RssFile') / 1024 };
}

/** Processor time that a process has used, seconds: user and system, its threads included, its children not. */
export function cpuSecondsOf(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond;
}

/** Everything that descends from a process. */
export function descendantsOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  const family = new Set([root]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  family.delete(root);
  return [...family];
}

/** 0 for a process that ended while the list was read. */
function parentOf(pid: number): number {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return 0;
  }
}

/** The fields after the command's name, which may hold spaces: state, parent, … user time at 11, system time at 12. */
function statOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
}
