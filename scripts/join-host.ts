import { parseArgs } from 'node:util';
import { joinHost, type JoinHost } from '@/lib/city-nodes';
import { getDb } from '@/lib/platform';

const usage = `Makes a host of city nodes known to this installation and writes <data>/join.json, which its process reads.

  tsx scripts/join-host.ts --name <name> --city-nodes SIN,PAR --data <directory>
    --gateway <host:port> --control <host:port> --channel <host:port> [--fabric <host:port>] [--fabric-peer-ports <first-last>] [--provider <text>] [--region <text>]
    [--gateway-url <url>] [--control-url <url>] [--channel-address <host:port>]   where others reach the listeners

Joining again with the same name changes addresses and city nodes and keeps the host's identity and secret.`;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    gateway: { type: 'string' },
    control: { type: 'string' },
    channel: { type: 'string' },
    fabric: { type: 'string' },
    'fabric-peer-ports': { type: 'string' },
    name: { type: 'string' },
    'city-nodes': { type: 'string' },
    'gateway-url': { type: 'string' },
    'control-url': { type: 'string' },
    'channel-address': { type: 'string' },
    provider: { type: 'string', default: 'This machine' },
    region: { type: 'string', default: 'Shares one machine' },
  },
});

function listener(name: string, text: string | undefined): { host: string; port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(text ?? '');
  if (!match?.[1]) throw new Error(`--${name} must be given as host:port\n\n${usage}`);
  return { host: match[1], port: Number(match[2]) };
}

function fabricListener(): JoinHost['fabric'] {
  const { fabric, 'fabric-peer-ports': range } = values;
  if (range === undefined) return fabric === undefined ? undefined : listener('fabric', fabric);
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(range);
  if (!match) throw new Error(`--fabric-peer-ports must be given as first-last\n\n${usage}`);
  return { ...listener('fabric', fabric), peerPorts: { first: Number(match[1]), last: Number(match[2]) } };
}

/** Where others reach a listener that listens everywhere. */
function addressOf({ host, port }: { host: string; port: number }): string {
  return `${['0.0.0.0', '::', '[::]'].includes(host) ? '127.0.0.1' : host}:${port}`;
}

function required(name: 'name' | 'city-nodes' | 'data'): string {
  const value = values[name];
  if (!value) throw new Error(`--${name} is missing\n\n${usage}`);
  return value;
}

const gateway = listener('gateway', values.gateway);
const control = listener('control', values.control);
const channel = listener('channel', values.channel);
const { hostId, created } = await joinHost({
  name: required('name'),
  dataDirectory: required('data'),
  cityNodes: required('city-nodes').split(',').map((code) => code.trim().toUpperCase()),
  gateway,
  control,
  channel,
  fabric: fabricListener(),
  gatewayUrl: values['gateway-url'] ?? `http://${addressOf(gateway)}`,
  controlUrl: values['control-url'] ?? `http://${addressOf(control)}`,
  channelAddress: values['channel-address'] ?? addressOf(channel),
  provider: values.provider,
  region: values.region,
});
process.stdout.write(`${created ? 'joined' : 'known'}: host ${hostId}\n`);
await getDb().$disconnect();
