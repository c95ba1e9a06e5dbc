import { readFileSync, readdirSync } from 'node:fs';

/** What a process of the product is, by its command line. */
const kinds = [
  ['cityNode', /\.cache\/programs\/\S+\/city-node-main\.mjs/],
  ['worker', /\.cache\/programs\/\S+\/worker-main\.mjs/],
  ['web', /next-server|next\/dist\/bin\/next/],
  ['postgres', /postgres/],
  ['redis', /redis-server/],
  ['supervisor', /scripts\/(start|supervisor\/guard)\.mjs/],
] as const;

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** RssAnon + RssShmem. */
  readonly mebibytes: number;
}

/** Mebibytes by kind of process, of everything that descends from this process. Throws when a kind is not among it. Linux only. */
export function memoryOfFamily(root: number): Record<string, number> {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(Number(name)));
  const family = new Set([root]);
  for (let grown = true; grown; ) {
    const children = all.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
    for (const { pid } of children) family.add(pid);
    grown = children.length > 0;
  }
  const sums: Record<string, number> = {};
  for (const { pid, command, mebibytes } of all) {
    const kind = kinds.find(([, pattern]) => pattern.test(command))?.[0];
    if (family.has(pid) && kind) sums[kind] = (sums[kind] ?? 0) + mebibytes;
  }
  // Programs move; a figure that is no longer taken would look like one that nobody asked for.
  const absent = kinds.filter(([kind]) => sums[kind] === undefined).map(([kind]) => kind);
  if (absent.length > 0) throw new Error(`no process looks like: ${absent.join(', ')}`);
  return sums;
}

/** Empty for a process that ended while the list was read. */
function readProcess(pid: number): ProcessFacts[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return [{ pid, parent: field('PPid'), command, mebibytes: (field('RssAnon') + field('RssShmem')) / 1024 }];
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return [];
    throw error;
  }
}
