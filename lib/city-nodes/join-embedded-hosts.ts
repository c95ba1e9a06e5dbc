import { z } from 'zod';
import { AppError, getDb, type Tx } from '@/lib/platform';
import { admitHost, lockHosts } from './admit-host';
import { embeddedCityNodes, embeddedHostName, embeddedHostsMax, spreadCityNodes } from './catalogue';
import { joinHostSchema, type JoinHost } from './join-host';
import { writeJoinFile } from './write-join-file';

/** The city-node processes of this machine, the first one first; the verb names them and deals out the city nodes. */
export const joinEmbeddedHostsSchema = z
  .array(joinHostSchema.omit({ name: true, cityNodes: true, provider: true, region: true }))
  .min(1)
  .max(embeddedHostsMax);
export type JoinEmbeddedHosts = z.infer<typeof joinEmbeddedHostsSchema>;

const everyName = Array.from({ length: embeddedHostsMax }, (_, index) => embeddedHostName(index + 1));

/**
 * Spreads the city nodes of one machine over its processes, and joins these. Repeated with another number of processes,
 * city nodes move, but none that carries a peer: its ledger lies in the other process's directory. A process that is not
 * among them any more carries nothing, so that nobody waits for it.
 * @throws AppError CONFLICT, naming the city nodes that cannot move and the numbers that can be used
 */
export async function joinEmbeddedHosts(input: JoinEmbeddedHosts): Promise<{ hostIds: string[] }> {
  const processes = joinEmbeddedHostsSchema.parse(input);
  const hands = spreadCityNodes(processes.length);
  const joins = processes.map((one, index): JoinHost => ({
    ...one,
    name: embeddedHostName(index + 1),
    cityNodes: hands[index] ?? [],
    provider: 'This machine',
    region: 'Shares one machine',
  }));
  const hosts = await getDb().$transaction(async (tx) => {
    await lockHosts(tx);
    await requireAtRest(tx, processes.length);
    await tx.cityNodeHost.deleteMany({ where: { host: { name: { in: everyName.slice(processes.length) } } } });
    const admitted = [];
    for (const join of joins) admitted.push({ join, ...(await admitHost(tx, join)) });
    return admitted;
  });
  for (const { join, ...host } of hosts) await writeJoinFile(join, host);
  return { hostIds: hosts.map((host) => host.hostId) };
}

/** No city node that would move to another process carries a peer. */
async function requireAtRest(tx: Tx, processes: number): Promise<void> {
  const loaded = await tx.$queryRaw<{ code: string; city: string; host: string }[]>`
    SELECT DISTINCT c.code, c.city, h.name AS host FROM "Peer" p
    JOIN "CityNode" c ON c.id = p."cityNodeId" JOIN "Host" h ON h.id = p."hostId"
    WHERE p.state <> 'REMOVED' AND h.name = ANY(${everyName}) AND c.code = ANY(${[...embeddedCityNodes]}) ORDER BY c.code`;
  const movedBy = (number: number) => {
    const hands = spreadCityNodes(number);
    return loaded.filter(({ code, host }) => host !== embeddedHostName(hands.findIndex((codes) => codes.includes(code)) + 1));
  };
  const moved = movedBy(processes);
  if (moved.length === 0) return;
  const cities = new Intl.ListFormat('en').format(moved.map(({ city, code }) => `${city} (${code})`));
  const fitting = everyName.map((_, index) => index + 1).filter((number) => movedBy(number).length === 0);
  const advice = fitting.length === 0 ? 'Delete' : `Use --city-nodes ${new Intl.ListFormat('en', { type: 'disjunction' }).format(fitting.map(String))}, or delete`;
  throw new AppError(
    'CONFLICT',
    { subject: 'city-node processes' },
    { publicMessage: `With ${processes} city-node ${processes === 1 ? 'process' : 'processes'}, ${cities} would move to another process, and the ledgers there cannot. ${advice} the applications that run there first.` },
  );
}
