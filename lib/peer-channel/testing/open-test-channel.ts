import type { ChannelHandlers } from '../handlers';
import { openPeerChannel, type PeerChannel, type PeerChannelOptions, type RemoteHost } from '../open-peer-channel';
import type { Route } from '../wire';
import type { TestIdentity } from './certificates';

export interface TestChannel {
  readonly channel: PeerChannel;
  readonly remote: RemoteHost;
  readonly identity: TestIdentity;
  readonly received: { readonly hostId: string; readonly route: Route; readonly bytes: Uint8Array }[];
  readonly announced: { readonly hostId: string; readonly route: Route; readonly height: number }[];
  /** What was logged, for a look at what stands there. */
  readonly lines: string[];
}

export interface TestChannelOptions extends Partial<Omit<PeerChannelOptions, 'handlers'>> {
  readonly hostId: string;
  readonly identity: TestIdentity;
  readonly handlers?: Partial<ChannelHandlers>;
}

/** A channel on a free port of this machine that takes everything and keeps it. */
export async function openTestChannel({ hostId, identity, handlers, ...options }: TestChannelOptions): Promise<TestChannel> {
  const received: TestChannel['received'] = [];
  const announced: TestChannel['announced'] = [];
  const lines: string[] = [];
  const log = (fields: Record<string, unknown>, event: string) => void lines.push(`${event} ${JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.message : value))}`);
  const channel = await openPeerChannel({
    listen: { host: '127.0.0.1', port: 0 },
    hostId,
    identity,
    logger: { info: log, warn: log, error: log },
    ...options,
    handlers: {
      refusalOf: () => undefined,
      message: ({ hostId: from }, route, bytes) => void received.push({ hostId: from, route, bytes }),
      announced: ({ hostId: from }, route, height) => void announced.push({ hostId: from, route, height }),
      fetchBlocks: async () => [],
      askSnapshot: async () => new Uint8Array(0),
      fetchRange: async () => new Uint8Array(0),
      askPeer: async () => new Uint8Array(0),
      runTask: async () => new Uint8Array(0),
      runShortTask: async () => new Uint8Array(0),
      submit: async () => ({ state: 'held', id: '0' }),
      ...handlers,
    },
  });
  return { channel, remote: { hostId, address: `127.0.0.1:${channel.port}` }, identity, received, announced, lines };
}
