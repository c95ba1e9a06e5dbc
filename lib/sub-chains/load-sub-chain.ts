import { assert, getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';

/** A peer with its places, flat: as `loadSubChain` reads it. */
interface PeerRow {
  id: string;
  hostId: string;
  publicKey: string | null;
  orders: boolean;
  state: 'RESERVED' | 'OPEN' | 'STOPPED' | 'REMOVED';
  height: number;
  sizeBytes: bigint;
  problem: string | null;
  agreement: unknown;
  checkedAt: Date | null;
  /** Place in the publisher's order. */
  position: number;
  code: string;
  city: string;
  controlUrl: string;
  channelAddress: string | null;
  gatewayUrl: string;
  /** Where Fabric's clients reach the host, as it last reported. Shape: control interface `hostReport`. */
  fabric: unknown;
  secretCiphertext: Uint8Array;
}

export type LoadedSubChain = Prisma.SubChainGetPayload<{ include: { application: true } }> & {
  peers: LoadedPeer[];
  /** Of the publisher's organisation on Fabric channels; null before it has one. */
  mspId: string | null;
};
export type LoadedPeer = Omit<PeerRow, 'code' | 'city' | 'controlUrl' | 'channelAddress' | 'gatewayUrl' | 'fabric' | 'secretCiphertext'> & {
  cityNode: { code: string; city: string };
  host: { id: string; controlUrl: string; channelAddress: string | null; gatewayUrl: string; fabric: unknown; secretCiphertext: Uint8Array };
};

/** What an operation must know of a sub-chain: its application, peers and hosts; one that orders first, as in genesis. */
export async function loadSubChain(applicationId: string): Promise<LoadedSubChain> {
  const row = await getDb().subChain.findUnique({ where: { applicationId }, include: { application: true } });
  assert(row, `application ${applicationId} has a sub-chain row`);
  const [peers, authority] = await Promise.all([loadPeers(row.id), row.framework === 'fabric' ? getDb().fabricAuthority.findUnique({ where: { organisationId: row.application.organisationId }, select: { mspId: true } }) : null]);
  return { ...row, peers, mspId: authority?.mspId ?? null };
}

/** In one statement: each step of each operation begins with it. */
async function loadPeers(subChainId: string): Promise<LoadedPeer[]> {
  const rows = await getDb().$queryRaw<PeerRow[]>`
    SELECT p.id, p."hostId", p."publicKey", p.orders, p.state::text AS state, p.height, p."sizeBytes", p.problem, p.agreement, p."checkedAt",
      COALESCE(a.position, 0) AS position, c.code, c.city, h."controlUrl", h."channelAddress", h."gatewayUrl", h.report->'fabric' AS fabric, h."secretCiphertext"
    FROM "Peer" p JOIN "CityNode" c ON c.id = p."cityNodeId" JOIN "Host" h ON h.id = p."hostId" JOIN "SubChain" s ON s.id = p."subChainId"
      LEFT JOIN "ApplicationCityNode" a ON a."applicationId" = s."applicationId" AND a."cityNodeId" = p."cityNodeId"
    WHERE p."subChainId" = ${subChainId} ORDER BY p.orders DESC, p.id`;
  return rows.map(({ code, city, controlUrl, channelAddress, gatewayUrl, fabric, secretCiphertext, ...peer }) => ({
    ...peer,
    cityNode: { code, city },
    host: { id: peer.hostId, controlUrl, channelAddress, gatewayUrl, fabric, secretCiphertext },
  }));
}

/** In the publisher's order: of validators the order of turns, of gateways the order on the page. */
export function inPublishersOrder<P extends { position: number }>(peers: readonly P[]): P[] {
  return peers.toSorted((a, b) => a.position - b.position);
}

export function peerName(subChain: { slug: string }, peer: { cityNode: { code: string } }): { chain: string; cityNode: string } {
  return { chain: subChain.slug, cityNode: peer.cityNode.code };
}

/** `Singapore, Paris and Johannesburg`. */
export function listCities(peers: readonly { cityNode: { city: string } }[]): string {
  return new Intl.ListFormat('en').format(peers.map((peer) => peer.cityNode.city));
}
