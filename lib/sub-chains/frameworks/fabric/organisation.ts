import { issueMemberCertificate, readMsp } from '@/lib/fabric-ca';
import { getAuthority } from '@/lib/certificates';
import { controlClientOf } from '@/lib/city-nodes';
import { hostReportSchema } from '@/lib/control';
import type { Lifecycle } from '@/lib/fabric-lifecycle';
import { AppError, assert } from '@/lib/platform';
import { createPrivateKey } from 'node:crypto';
import type { LoadedPeer, LoadedSubChain } from '../../load-sub-chain';

/** As whom the portal works on a channel for its publisher: every installation has one of each organisation. */
const portalMember = 'portal';

/** One peer of each host: a host's peers of one channel have one door. */
export function onePeerPerHost({ peers }: Pick<LoadedSubChain, 'peers'>): LoadedPeer[] {
  return [...new Map(peers.toReversed().map((peer) => [peer.hostId, peer])).values()].toReversed();
}

/** The publisher's organisation as it stands in the channel's first block: what changes of it later is no part of that. */
export async function foundingMsp({ application }: LoadedSubChain): Promise<{ mspId: string; rootCertificates: string[]; nodeUnits: true }> {
  const { mspId, rootCertificates, nodeUnits } = await readMsp(application.organisationId);
  return { mspId, rootCertificates, nodeUnits };
}

const reportedSchema = hostReportSchema.shape.fabric;

/** As the host last reported; without a port while it has not said where its door is. */
export function endpointOf({ mspId }: Pick<LoadedSubChain, 'mspId'>, { host }: LoadedPeer): string {
  const { data: door } = reportedSchema.safeParse(host.fabric ?? undefined);
  return `grpcs://${door === undefined ? new URL(host.gatewayUrl).hostname : (door.organisations[mspId ?? ''] ?? door.address)}`;
}

/** Where clients of an organisation reach a host: its own entrance, else the common door. */
export async function doorOf(peer: LoadedPeer, mspId: string, signal: AbortSignal): Promise<string> {
  const { fabric } = await controlClientOf(peer.host).report({ signal });
  if (fabric === undefined) {
    const where = peer.cityNode.city;
    throw new AppError('UNAVAILABLE', { what: 'door for Fabric' }, { publicMessage: `The host in ${where} has no door for Fabric’s clients open yet. It is tried again.` });
  }
  return fabric.organisations[mspId] ?? fabric.address;
}

/**
 * Runs with the channel's lifecycle as the publisher's administrator, at each of these peers' hosts. The key is made for it,
 * lives in this process's memory alone, and its certificate is the portal's own member of the organisation.
 */
export async function asAdministrator<T>(subChain: LoadedSubChain, peers: readonly LoadedPeer[], signal: AbortSignal, run: (lifecycles: readonly Lifecycle[]) => Promise<T>): Promise<T> {
  const { application, slug } = subChain;
  const { certificate, privateKey, mspId } = await issueMemberCertificate({ organisationId: application.organisationId, enrollmentId: portalMember, type: 'admin' });
  assert(privateKey !== undefined, 'a key that the portal makes is in the answer');
  const member = { mspId, certificate, privateKey: createPrivateKey(privateKey) };
  const { rootPem: tlsRoot } = await getAuthority();
  // Fabric's client is loaded by whoever needs it: the web process never does.
  const { openLifecycle } = await import('@/lib/fabric-lifecycle');
  const opened: Lifecycle[] = [];
  try {
    for (const peer of peers) opened.push(openLifecycle({ address: await doorOf(peer, mspId, signal), tlsRoot, channelId: slug }, member));
    return await run(opened);
  } finally {
    for (const one of opened) one.close();
  }
}
