import { readFile, statfs } from 'node:fs/promises';
import type { ChannelHolding, HostReport } from '@/lib/control';
import type { LedgerHost } from '@/lib/ledger';
import type { ChannelStats } from '@/lib/peer-channel';

export interface ReportReaderOptions {
  readonly hostId: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly dataDirectory: string;
  readonly hosts: ReadonlyMap<string, LedgerHost>;
  readonly channel: () => ChannelHolding | undefined;
  readonly peerChannel: () => ChannelStats;
  readonly now: () => number;
}

/** Measures what the host takes of its machine. */
export class ReportReader {
  constructor(private readonly options: ReportReaderOptions) {}

  async read(): Promise<HostReport> {
    const { hostId, version, startedAtMs, dataDirectory, hosts, channel, peerChannel, now } = this.options;
    const holding = channel();
    const disk = await statfs(dataDirectory);
    const cpu = process.cpuUsage();
    return {
      hostId,
      version,
      startedAtMs,
      atMs: now(),
      ...(await readMemory()),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      diskFreeBytes: disk.bavail * disk.bsize,
      ...(holding ? { channel: holding } : {}),
      peerChannel: trafficOf(peerChannel()),
      cityNodes: Array.from(hosts, ([code, host]) => {
        const { diskBytes, syncs } = host.stats();
        return { code, peers: host.chains().length, storageBytes: diskBytes, syncs };
      }),
    };
  }
}

function trafficOf({ inboundConnections, remotes, messagesSent, messagesReceived, refused, dropped }: ChannelStats): NonNullable<HostReport['peerChannel']> {
  const connections = remotes.reduce((sum, remote) => sum + remote.outbound, inboundConnections);
  return { connections, messagesSent, messagesReceived, refused: { ...refused }, dropped: { ...dropped } };
}

/** Mapped files are the page cache's memory, not the process's: anonymous and shared bytes are what it costs. */
async function readMemory(): Promise<{ memoryRssBytes: number; memoryAnonymousBytes?: number }> {
  const memoryRssBytes = process.memoryUsage.rss();
  if (process.platform !== 'linux') return { memoryRssBytes };
  const status = await readFile('/proc/self/status', 'utf8');
  const bytesOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { memoryRssBytes: bytesOf('VmRSS'), memoryAnonymousBytes: bytesOf('RssAnon') + bytesOf('RssShmem') };
}
