import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay, performance, type EventLoopUtilization, type IntervalHistogram } from 'node:perf_hooks';

/** Ten looks a second: enough to see a main thread that is late, too few to be seen in the processor's time. */
const lookMs = 100;

export interface ProcessMemory {
  /** Mapped files are the page cache's memory, not the process's: anonymous and shared bytes are what it costs. Linux alone. */
  readonly costBytes?: number;
  readonly mappedBytes?: number;
  readonly rssBytes: number;
}

export async function readMemory(): Promise<ProcessMemory> {
  if (process.platform !== 'linux') return { rssBytes: process.memoryUsage.rss() };
  const status = await readFile('/proc/self/status', 'utf8');
  const bytesOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { rssBytes: bytesOf('VmRSS'), costBytes: bytesOf('RssAnon') + bytesOf('RssShmem'), mappedBytes: bytesOf('RssFile') };
}

/** Bytes in memory of the files that are mapped below a directory, by directory. */
export async function readMappedBytes(directories: readonly string[]): Promise<readonly (number | undefined)[]> {
  if (process.platform !== 'linux') return directories.map(() => undefined);
  const sums = directories.map(() => 0);
  let current = -1;
  for (const line of (await readFile('/proc/self/smaps', 'utf8')).split('\n')) {
    const file = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s+(\/.*)$/.exec(line)?.[1];
    if (file !== undefined) current = directories.findIndex((directory) => file.startsWith(`${directory}/`));
    else if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) current = -1;
    const kilobytes = current < 0 ? undefined : /^Rss:\s+(\d+) kB$/.exec(line)?.[1];
    if (kilobytes !== undefined) sums[current] = (sums[current] ?? 0) + Number(kilobytes) * 1024;
  }
  return sums;
}

/** What a city node's index takes of the disk: its file has holes. */
export async function readIndexBytes(ledgerDirectory: string): Promise<number> {
  const { blocks } = await stat(path.join(ledgerDirectory, 'index', 'data.mdb'));
  return blocks * 512;
}

export interface LoopFacts {
  readonly busy: number;
  readonly delayMeanMs: number;
  readonly delayMaxMs: number;
}

/** How busy the main thread is and how late it comes. */
export class LoopMeter {
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: lookMs });
  private from: EventLoopUtilization = performance.eventLoopUtilization();

  constructor() {
    this.delay.enable();
  }

  /** Since the last `restart`. */
  read(): LoopFacts {
    // The histogram holds the time between two looks; before the second one it holds nothing.
    const late = (nanoseconds: number) => (this.delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e6 - lookMs));
    return { busy: performance.eventLoopUtilization(this.from).utilization, delayMeanMs: late(this.delay.mean), delayMaxMs: late(this.delay.max) };
  }

  restart(): void {
    this.from = performance.eventLoopUtilization();
    this.delay.reset();
  }

  close(): void {
    this.delay.disable();
  }
}
