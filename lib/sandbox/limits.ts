import { packageLimits } from '@/lib/chaincode-packages';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Every bound of a publisher's chaincode; one sandbox each, if nothing else is said. */
export const sandboxLimits = {
  /** Anonymous memory of all its processes together; who has more is ended. */
  memoryBytesMax: 256 * MiB,
  /** Heap of JavaScript objects; `--max-old-space-size`. */
  heapMiBMax: 128,
  /** Writable memory that one process may map: the wall between two looks. Node.js alone maps about 110 MiB. */
  dataBytesMax: 640 * MiB,
  /** Processes and threads. Node.js with fabric-shim has 11. */
  tasksMax: 32,
  openFilesMax: 256,
  /** Its only files lie in a file system in memory of this size. */
  scratchBytesMax: 16 * MiB,
  /** Processor time for each second that passes, in cores; what was not used adds up to `cpuBurstMs`. */
  cpuShareMax: 1,
  cpuBurstMs: 2_000,
  /** Niceness of its processes: the city node comes first. */
  niceness: 10,
  /** How often memory, tasks and processor time are looked at, while transactions run and while none does. */
  busyLookMs: 100,
  idleLookMs: 1_000,
  /** From the start of the process to its registration. */
  startMs: 20_000,
  /** A chaincode that nobody called for so long is stopped. */
  idleMs: 5 * 60_000,
  /** Sandboxes that run at a time. */
  runningMax: 32,
  /** Pause before a chaincode that ended by itself is started again: doubled each time, forgotten after `healthyMs` of running. */
  pauseMsMin: 500,
  pauseMsMax: 60_000,
  healthyMs: 60_000,
  /** What its output may bring; it waits when it writes more. */
  logBytesPerSecondMax: 64 * KiB,
  logBurstBytes: 256 * KiB,
  /** The last lines are kept for the publisher. */
  logKeptCharsMax: 256 * KiB,
  logLineCharsMax: 2_000,
  /** Bytes on their way to a chaincode that does not read. */
  queuedBytesMax: 64 * MiB,
  ...packageLimits,
} satisfies Record<string, number>;

export type SandboxLimits = typeof sandboxLimits;
