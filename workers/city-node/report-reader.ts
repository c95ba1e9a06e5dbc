import { statfs } from 'node:fs/promises';
import type { ChannelHolding, HostReport } from '@/lib/control';
import type { ChannelStats } from '@/lib/peer-channel';
import type { CityNodeHost } from './dedicated/peer-home';
import { readMemory } from './measure-process';

export interface ReportReaderOptions {
  readonly hostId: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly dataDirectory: string;
  readonly hosts: ReadonlyMap<string, Pick<CityNodeHost, 'stats' | 'chains'>>;
  readonly channel: () => ChannelHolding | undefined;
  readonly fabric: () => HostReport['fabric'];
  readonly peerChannel: () => ChannelStats;
  readonly now: () => number;
}

/** Measures what the host takes of its machine. */
export class ReportReader {
  constructor(private readonly options: ReportReaderOptions) {}

  async read(): Promise<HostReport> {
    const { hostId, version, startedAtMs, dataDirectory, hosts, channel, fabric, peerChannel, now } = this.options;
    const holding = channel();
    const door = fabric();
    const disk = await statfs(dataDirectory);
    const cpu = process.cpuUsage();
    const { rssBytes, costBytes } = await readMemory();
    return {
      hostId,
      version,
      startedAtMs,
      atMs: now(),
      memoryRssBytes: rssBytes,
      ...(costBytes === undefined ? {} : { memoryAnonymousBytes: costBytes }),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      diskFreeBytes: disk.bavail * disk.bsize,
      ...(holding ? { channel: holding } : {}),
      ...(door ? { fabric: door } : {}),
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
