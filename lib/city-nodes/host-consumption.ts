import type { ConsumptionQuery } from '@/lib/control';
import { AppError, getDb } from '@/lib/platform';
import type { HostConsumption, HostSummary } from './client';
import { controlClientOf } from './control-client-for';
import { hostToSummary } from './queries';

const carried = { cityNodes: { include: { cityNode: { select: { code: true } } } } } as const;

/** Every host that carries a city node or a peer, as it last reported itself; by name. For the portal's staff. */
export async function listHostSummaries(): Promise<HostSummary[]> {
  const hosts = await getDb().host.findMany({
    where: { OR: [{ cityNodes: { some: {} } }, { peers: { some: { state: { not: 'REMOVED' } } } }] },
    include: carried,
    orderBy: { name: 'asc' },
  });
  return hosts.map(hostToSummary);
}

/** @throws AppError NOT_FOUND for an unknown host */
export async function getHostSummary(hostId: string): Promise<HostSummary> {
  const host = await getDb().host.findUnique({ where: { id: hostId }, include: carried });
  if (!host) throw unknownHost();
  return hostToSummary(host);
}

/**
 * What sub-chains take of a host just now, asked of the host itself: a page of them, each with its application. For the
 * portal's staff: it names every tenant's.
 * @throws AppError NOT_FOUND for an unknown host, UNAVAILABLE while it is away
 */
export async function getHostConsumption(hostId: string, query: ConsumptionQuery): Promise<HostConsumption> {
  const host = await getDb().host.findUnique({ where: { id: hostId }, select: { id: true, controlUrl: true, secretCiphertext: true } });
  if (!host) throw unknownHost();
  const consumption = await controlClientOf(host).consumption(query);
  const slugs = [...new Set(consumption.rows.map(({ chain }) => chain))];
  const subChains = await getDb().subChain.findMany({ where: { slug: { in: slugs } }, select: { slug: true, application: { select: { id: true, name: true } } } });
  const applications = new Map(subChains.map(({ slug, application }) => [slug, application]));
  return { ...consumption, rows: consumption.rows.map((row) => ({ ...row, application: applications.get(row.chain) ?? null })) };
}

function unknownHost(): AppError<'NOT_FOUND'> {
  return new AppError('NOT_FOUND', { subject: 'host' }, { publicMessage: 'There is no such host.' });
}
