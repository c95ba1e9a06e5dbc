import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all that descend from it use. */
export interface GroupUse {
  readonly pids: readonly number[];
  /** Processes and threads. */
  readonly tasks: number;
  /** Memory that is in no file, in bytes. */
  readonly memoryBytes: number;
  /** Processor time since the beginning, also of those that ended, in milliseconds. */
  readonly cpuMs: number;
}

// Both are 4096 and 100 on every Linux that the filter knows, but for arm64 kernels with large pages, which then count too little:
// the wall of `prlimit --data` stands there all the same.
const pageBytes = 4096;
const ticksPerSecond = 100;
/** A group is bounded by its tasks; who has more than this is over every limit. */
const pidsMax = 4_096;

/** Reads /proc; what ends meanwhile is left out. Orphans stay in the group, for they go to its own first process. */
export function readGroup(root: number): GroupUse {
  const pids: number[] = [];
  let [tasks, memoryBytes, cpuMs] = [0, 0, 0];
  for (const queue = [root]; queue.length > 0 && pids.length < pidsMax; ) {
    const pid = queue.pop() ?? 0;
    try {
      const threads = readdirSync(`/proc/${pid}/task`);
      const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number);
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // After the name, which may hold anything: state is field 3, utime to cstime are 14 to 17.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      for (const thread of threads) queue.push(...readChildren(pid, thread));
      pids.push(pid);
      tasks += threads.length;
      memoryBytes += Math.max(0, resident - shared) * pageBytes;
      cpuMs += (ticks * 1000) / ticksPerSecond;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    }
  }
  return { pids, tasks, memoryBytes, cpuMs };
}

function readChildren(pid: number, thread: string): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    return [];
  }
}
