import { requireApplication, type Caller } from '@/lib/access-keys';
import { agreementOf, machineOf } from '@/lib/city-nodes';
import { getDb } from '@/lib/platform';
import { findChange } from './change-finality/find-change';
import type { EndpointView, SubChainView } from './client';
import { frameworkOf } from './frameworks';
import { inPublishersOrder, loadSubChain, type LoadedPeer, type LoadedSubChain } from './load-sub-chain';

/**
 * The application's sub-chain; undefined while it has none.
 * @throws AppError NOT_FOUND (application), FORBIDDEN
 */
export async function findSubChain(caller: Caller, applicationId: string): Promise<SubChainView | undefined> {
  await requireApplication(caller, applicationId, 'application.read');
  if ((await getDb().subChain.count({ where: { applicationId } })) === 0) return undefined;
  const [row, change] = await Promise.all([loadSubChain(applicationId), findChange(getDb(), applicationId)]);
  const peers = inPublishersOrder(row.peers).toSorted((a, b) => Number(b.orders) - Number(a.orders));
  return {
    id: row.id,
    applicationId,
    slug: row.slug,
    framework: row.framework,
    chainId: row.chainId.toString(),
    state: row.state,
    finality: row.finality,
    change,
    genesisHash: row.genesisHash,
    contractAddress: row.contractAddress,
    fabric: row.framework === 'fabric' && row.mspId !== null ? { channelId: row.slug, mspId: row.mspId } : null,
    openedAt: row.openedAt?.toISOString() ?? null,
    endpoints: peers.map((peer) => peerToEndpoint(row, peer)),
  };
}

function peerToEndpoint(subChain: LoadedSubChain, peer: LoadedPeer): EndpointView {
  return {
    cityNode: peer.cityNode.code,
    city: peer.cityNode.city,
    url: frameworkOf(subChain).endpointOf(subChain, peer),
    orders: peer.orders,
    publicKey: peer.publicKey,
    state: peer.state,
    height: peer.height,
    sizeBytes: Number(peer.sizeBytes),
    problem: peer.problem,
    host: peer.hostId,
    machine: machineOf(peer.host.controlUrl),
    agreement: agreementOf(peer.agreement),
    checkedAt: peer.checkedAt?.toISOString() ?? null,
  };
}
