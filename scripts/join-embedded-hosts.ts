import { parseArgs } from 'node:util';
import { joinEmbeddedHosts, type JoinEmbeddedHosts } from '@/lib/city-nodes';
import { getDb, isAppError } from '@/lib/platform';

const usage = `Spreads the city nodes of this machine over its processes and writes the join.json of each.

  tsx scripts/join-embedded-hosts.ts --processes <JSON>

The JSON is a list of { dataDirectory, gateway, control, channel, gatewayUrl, controlUrl, channelAddress }, the first
process first; listeners are { host, port }. Exit code 3: the number of processes does not fit to what runs there.`;

const { values } = parseArgs({ options: { processes: { type: 'string' } } });
if (!values.processes) throw new Error(usage);
try {
  const { hostIds } = await joinEmbeddedHosts(JSON.parse(values.processes) as JoinEmbeddedHosts);
  process.stdout.write(`joined: ${hostIds.join(', ')}\n`);
} catch (error) {
  if (!isAppError(error) || error.code !== 'CONFLICT') throw error;
  process.stderr.write(`${error.publicMessage}\n`);
  process.exitCode = 3;
}
await getDb().$disconnect();
