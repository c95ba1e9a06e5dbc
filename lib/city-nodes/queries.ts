import { hostReportSchema } from '@/lib/control';
import { AppError, getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { agreementSchema, type AgreementView, type CityNodeDetail, type CityNodeView, type HostSummary, type HostView, type PeerView } from './client';
import { isHostAlive } from './host-liveness';
import { machineOf } from './machine-of';

const visiblePeersMax = 200;
const livePeers = { state: { not: 'REMOVED' } } as const;
const listed = { hosts: { select: { host: { select: { id: true, controlUrl: true, lastSeenAt: true } } } }, _count: { select: { peers: { where: livePeers } } } } as const;
type ListedRow = Prisma.CityNodeGetPayload<{ include: typeof listed }>;

/** The whole catalogue: open ones first, then by city. */
export async function listCityNodes(): Promise<CityNodeView[]> {
  const rows = await getDb().cityNode.findMany({ include: listed });
  // The database compares bytes: São Paulo would come after Sydney.
  return rows.map(rowToView).toSorted((a, b) => Number(a.state === 'PLANNED') - Number(b.state === 'PLANNED') || a.city.localeCompare(b.city, 'en'));
}

export interface CityNodeScope {
  /** Whose peers are shown; absent only for the portal's own staff. */
  organisationId?: string;
}

/** @throws AppError NOT_FOUND when the catalogue has no such code */
export async function getCityNode(code: string, scope: CityNodeScope): Promise<CityNodeDetail> {
  const row = await getDb().cityNode.findUnique({
    where: { code: code.toUpperCase() },
    include: {
      _count: listed._count,
      hosts: { include: { host: { include: { cityNodes: { include: { cityNode: { select: { code: true } } } } } } } },
    },
  });
  if (!row) throw new AppError('NOT_FOUND', { subject: 'city node' }, { publicMessage: 'There is no such city node.' });
  const peers = await getDb().peer.findMany({
    where: {
      cityNodeId: row.id,
      ...livePeers,
      ...(scope.organisationId === undefined ? {} : { subChain: { application: { organisationId: scope.organisationId } } }),
    },
    include: peerIncluded,
    orderBy: { id: 'desc' },
    take: visiblePeersMax,
  });
  const hosts = row.hosts.map(({ host }) => hostToView(host, row.code));
  return { ...rowToView(row), hosts, visiblePeers: peers.map(peerToView) };
}

type HostRow = Prisma.HostGetPayload<{ include: { cityNodes: { include: { cityNode: { select: { code: true } } } } } }>;

function hostToView(host: HostRow, code: string): HostView {
  const here = hostReportSchema.safeParse(host.report).data?.cityNodes.find((one) => one.code === code);
  return { ...hostToSummary(host), here: here ? { peers: here.peers, storageBytes: here.storageBytes, syncs: here.syncs } : null };
}

/** What a host said of itself when it last answered. */
export function hostToSummary(host: HostRow): HostSummary {
  const report = hostReportSchema.safeParse(host.report).data;
  return {
    id: host.id,
    name: host.name,
    gatewayUrl: host.gatewayUrl,
    alive: isHostAlive(host.lastSeenAt),
    lastSeenAt: host.lastSeenAt?.toISOString() ?? null,
    carries: host.cityNodes.map((one) => one.cityNode.code).toSorted(),
    measured: report
      ? {
          at: new Date(report.atMs).toISOString(),
          startedAt: new Date(report.startedAtMs).toISOString(),
          version: report.version,
          memoryRssBytes: report.memoryRssBytes,
          memoryAnonymousBytes: report.memoryAnonymousBytes ?? null,
          cpuSeconds: report.cpuSeconds,
          diskFreeBytes: report.diskFreeBytes,
        }
      : null,
    channel: report?.channel ? { serial: report.channel.serial, notAfter: new Date(report.channel.notAfterMs).toISOString() } : null,
    peers: report ? report.cityNodes.reduce((sum, { peers }) => sum + peers, 0) : null,
  };
}

/** Shape that `peerToView` needs. */
export const peerIncluded = { cityNode: { select: { code: true } }, subChain: { select: { slug: true, applicationId: true } } } as const;

export function peerToView(peer: Prisma.PeerGetPayload<{ include: typeof peerIncluded }>): PeerView {
  return {
    id: peer.id,
    applicationId: peer.subChain.applicationId,
    subChain: peer.subChain.slug,
    cityNode: peer.cityNode.code,
    orders: peer.orders,
    state: peer.state,
    publicKey: peer.publicKey,
    height: peer.height,
    sizeBytes: Number(peer.sizeBytes),
    problem: peer.problem,
    agreement: agreementOf(peer.agreement),
    checkedAt: peer.checkedAt?.toISOString() ?? null,
  };
}

/** What the observation kept of a peer's agreement; null when nothing is known, or a former release wrote it otherwise. */
export function agreementOf(stored: unknown): AgreementView | null {
  return agreementSchema.safeParse(stored).data ?? null;
}

function rowToView(row: Omit<ListedRow, 'hosts'> & { hosts: readonly { host: { id: string; controlUrl: string; lastSeenAt: Date | null } }[] }): CityNodeView {
  const seen = row.hosts.flatMap(({ host }) => host.lastSeenAt ?? []).toSorted((a, b) => b.getTime() - a.getTime());
  const lastSeenAt = seen[0] ?? null;
  return {
    id: row.id,
    code: row.code,
    city: row.city,
    country: row.country,
    provider: row.provider,
    region: row.region,
    latitude: row.latitude,
    longitude: row.longitude,
    state: row.state,
    selectable: row.state === 'OPEN' && isHostAlive(lastSeenAt),
    hosts: row.hosts.flatMap(({ host }) => (isHostAlive(host.lastSeenAt) ? [{ id: host.id, machine: machineOf(host.controlUrl) }] : [])),
    peers: row._count.peers,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
  };
}
