import { assert, getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';

const included = {
  application: { include: { cityNodes: { orderBy: { position: 'asc' } } } },
  peers: {
    include: { host: { select: { id: true, controlUrl: true, gatewayUrl: true, secretCiphertext: true } }, cityNode: { select: { code: true, city: true } } },
    // The ordering peer first, as genesis lists them.
    orderBy: [{ orders: 'desc' }, { id: 'asc' }],
  },
} as const satisfies Prisma.SubChainInclude;

export type LoadedSubChain = Prisma.SubChainGetPayload<{ include: typeof included }>;
export type LoadedPeer = LoadedSubChain['peers'][number];

/** Everything that an operation must know of a sub-chain: its application, peers, hosts. */
export async function loadSubChain(applicationId: string): Promise<LoadedSubChain> {
  const row = await getDb().subChain.findUnique({ where: { applicationId }, include: included });
  assert(row, `application ${applicationId} has a sub-chain row`);
  return row;
}

export function peerName(subChain: { slug: string }, peer: { cityNode: { code: string } }): { chain: string; cityNode: string } {
  return { chain: subChain.slug, cityNode: peer.cityNode.code };
}

/** `Singapore, Paris and Johannesburg`. */
export function listCities(peers: readonly { cityNode: { city: string } }[]): string {
  return new Intl.ListFormat('en').format(peers.map((peer) => peer.cityNode.city));
}
