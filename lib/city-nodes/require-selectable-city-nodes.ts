import { AppError, type Tx } from '@/lib/platform';
import { isHostAlive } from './host-liveness';

export interface SelectableCityNode {
  id: string;
  code: string;
  city: string;
}

/**
 * The named city nodes in the given order, if a new sub-chain may be placed in each of them now.
 * @throws AppError INVALID_INPUT for an unknown code; CONFLICT when one is not open or none of its hosts answers
 */
export async function requireSelectableCityNodes(tx: Tx, codes: readonly string[]): Promise<SelectableCityNode[]> {
  const rows = await tx.cityNode.findMany({
    where: { code: { in: [...codes] } },
    include: { hosts: { select: { host: { select: { lastSeenAt: true } } } } },
  });
  return codes.map((code) => {
    const row = rows.find((one) => one.code === code);
    if (!row) {
      const publicMessage = `There is no city node ${code}.`;
      throw new AppError('INVALID_INPUT', { fields: { cityNodes: publicMessage } }, { publicMessage });
    }
    if (row.state !== 'OPEN' || !row.hosts.some(({ host }) => isHostAlive(host.lastSeenAt))) {
      throw new AppError('CONFLICT', { subject: 'city node' }, { publicMessage: `${row.city} cannot be chosen at the moment. Choose another city node.` });
    }
    return { id: row.id, code: row.code, city: row.city };
  });
}

/** The open, answering city node with the fewest peers: where a test sub-chain goes when nobody chose. */
export async function findQuietestCityNode(tx: Tx): Promise<SelectableCityNode | undefined> {
  const rows = await tx.cityNode.findMany({
    where: { state: 'OPEN' },
    include: { hosts: { select: { host: { select: { lastSeenAt: true } } } }, _count: { select: { peers: { where: { state: { not: 'REMOVED' } } } } } },
    orderBy: { code: 'asc' },
  });
  const [quietest] = rows
    .filter((row) => row.hosts.some(({ host }) => isHostAlive(host.lastSeenAt)))
    .toSorted((a, b) => a._count.peers - b._count.peers);
  return quietest && { id: quietest.id, code: quietest.code, city: quietest.city };
}
