import type { SandboxLimits } from '../limits';
import { CpuBucket } from './cpu-bucket';
import { readGroup, type GroupUse } from './read-group';

export interface GroupWatchOptions {
  /** The first process inside, which keeps the others together. It is never paused. */
  readonly root: number;
  readonly limits: SandboxLimits;
  /** Whether transactions run: it looks more often then. */
  readonly isBusy: () => boolean;
  /** Called once, when the group has more than it may. It is not watched any more then. */
  readonly exceeded: (reason: string) => void;
}

/** Looks at the processes of one sandbox: ends who has too much memory or too many tasks, pauses who uses too much processor time. */
export class GroupWatch {
  private readonly bucket: CpuBucket;
  private timer: NodeJS.Timeout | undefined;
  private use: GroupUse = { pids: [], tasks: 0, memoryBytes: 0, cpuMs: 0 };
  private paused: readonly number[] = [];

  constructor(private readonly options: GroupWatchOptions) {
    this.bucket = new CpuBucket(options.limits.cpuShareMax, options.limits.cpuBurstMs, performance.now());
    this.look();
  }

  /** As of the last look. */
  get lastUse(): Pick<GroupUse, 'tasks' | 'memoryBytes' | 'cpuMs'> {
    return this.use;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private look(): void {
    const { root, limits, isBusy, exceeded } = this.options;
    const before = this.use.cpuMs;
    this.use = readGroup(root);
    const { memoryBytes, tasks } = this.use;
    if (memoryBytes > limits.memoryBytesMax) {
      exceeded(`the chaincode used ${memoryBytes} bytes of memory: ${limits.memoryBytesMax} are allowed`);
      return;
    }
    // Beside the limit of the kernel, which does not bind every user; the sandbox's own first process is not the chaincode's.
    if (tasks > limits.tasksMax + 1) {
      exceeded(`the chaincode had ${tasks} processes and threads: ${limits.tasksMax} are allowed`);
      return;
    }
    const mayGoOn = this.bucket.use(Math.max(0, this.use.cpuMs - before), performance.now());
    if (!mayGoOn) this.pause();
    else if (this.paused.length > 0) this.goOn();
    // A process that is paused is looked at often: it should not wait longer than it must.
    this.timer = setTimeout(() => this.look(), isBusy() || !mayGoOn ? limits.busyLookMs : limits.idleLookMs);
  }

  private pause(): void {
    this.paused = this.use.pids.filter((pid) => pid !== this.options.root);
    for (const pid of this.paused) signal(pid, 'SIGSTOP');
  }

  private goOn(): void {
    for (const pid of this.paused) signal(pid, 'SIGCONT');
    this.paused = [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
