import type { Finality } from '@/lib/control';
import { AppError, assert, createId, type Tx } from '@/lib/platform';
import { assignHosts } from './assign-hosts';
import { awaySince } from './host-liveness';

export interface ReservePlacement {
  subChainId: string;
  /** With `solo` the first peer orders, otherwise all of them do. */
  finality: Finality;
  /** In the chosen order. */
  cityNodeIds: readonly string[];
}

/**
 * Reserves one peer on one host of each city node: on as many different hosts as there can be, and among these on the
 * living ones with the fewest peers. What is reserved already stays where it is, so a repeated call changes nothing.
 * @throws AppError CONFLICT when a city node takes no new peers, UNAVAILABLE (retryable) when none of its hosts answers
 */
export async function reservePlacement(tx: Tx, { subChainId, finality, cityNodeIds }: ReservePlacement): Promise<void> {
  const present = await tx.peer.findMany({ where: { subChainId }, select: { cityNodeId: true, hostId: true, state: true } });
  assert(present.every((peer) => peer.state !== 'REMOVED'), `placement of ${subChainId} was given back`);
  const missing = cityNodeIds.filter((id) => !present.some((peer) => peer.cityNodeId === id));
  if (missing.length === 0) return;
  const hostIds = await chooseHosts(tx, missing, present.map((peer) => peer.hostId));
  await tx.peer.createMany({
    data: missing.map((cityNodeId) => ({
      id: createId('peer'),
      subChainId,
      cityNodeId,
      hostId: hostIds.get(cityNodeId) ?? '',
      orders: finality !== 'solo' || cityNodeId === cityNodeIds[0],
      state: 'RESERVED' as const,
    })),
  });
}

async function chooseHosts(tx: Tx, cityNodeIds: readonly string[], taken: readonly string[]): Promise<Map<string, string>> {
  const cityNodes = await tx.cityNode.findMany({
    where: { id: { in: [...cityNodeIds] } },
    include: { hosts: { where: { host: { lastSeenAt: { gt: awaySince() } } }, select: { hostId: true } } },
  });
  const load = await countPeers(tx, cityNodes.some((cityNode) => cityNode.hosts.length > 1));
  const choices = cityNodeIds.map((id) => {
    const cityNode = cityNodes.find((one) => one.id === id);
    if (cityNode?.state !== 'OPEN') {
      throw new AppError('CONFLICT', { subject: 'city node' }, { publicMessage: `${cityNode?.city ?? 'A chosen city node'} takes no new sub-chains. Choose another city node.` });
    }
    const hosts = cityNode.hosts.map((one) => one.hostId).toSorted((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0));
    if (hosts.length === 0) {
      throw new AppError('UNAVAILABLE', { what: `city node ${cityNode.code}` }, { publicMessage: `No host of ${cityNode.city} answers at the moment.` });
    }
    return { cityNode: id, hosts };
  });
  return assignHosts(choices, taken);
}

/** Peers by host; not counted where there is nothing to choose. */
async function countPeers(tx: Tx, isChoice: boolean): Promise<Map<string, number>> {
  if (!isChoice) return new Map();
  const rows = await tx.peer.groupBy({ by: ['hostId'], where: { state: { not: 'REMOVED' } }, _count: true });
  return new Map(rows.map((row) => [row.hostId, row._count]));
}
