import { controlClientOf } from '@/lib/city-nodes';
import { issueNodeCertificate, readMsp } from '@/lib/fabric-ca';
import { getDb } from '@/lib/platform';
import type { LoadedSubChain } from '../../load-sub-chain';
import { onePeerPerHost } from './organisation';

/** On each host the organisation's peer and orderer: the host makes their keys, the organisation's authority certifies them. Asked again, it gives the same. */
export async function prepareHosts(subChain: LoadedSubChain, signal: AbortSignal): Promise<string> {
  const { organisationId } = subChain.application;
  const { mspId, ...organisation } = await readMsp(organisationId);
  const hosts = onePeerPerHost(subChain).map(({ host }) => host);
  await Promise.all(
    hosts.map(async (host) => {
      const client = controlClientOf(host);
      for (const role of ['peer', 'orderer'] as const) {
        const { request } = await client.fabricRequest({ mspId, role }, {}, { signal });
        const { certificate } = await issueNodeCertificate({ organisationId, hostId: host.id, type: role, request });
        await client.putFabricCertificate({ mspId, role }, { certificate, organisation }, { signal });
      }
    }),
  );
  return hosts.length === 1 ? `The organisation ${mspId} has its peer there.` : `The organisation ${mspId} has a peer on each of ${hosts.length} hosts.`;
}

/** Takes the organisation's identities from hosts that carry no other of its channels. */
export async function releaseHosts(subChain: LoadedSubChain, signal: AbortSignal): Promise<void> {
  const { mspId, id, application } = subChain;
  if (mspId === null) return;
  for (const { host } of onePeerPerHost(subChain)) {
    const others = await getDb().peer.count({ where: { hostId: host.id, state: { not: 'REMOVED' }, subChain: { id: { not: id }, framework: 'fabric', application: { organisationId: application.organisationId } } } });
    if (others > 0) continue;
    for (const role of ['peer', 'orderer'] as const) await controlClientOf(host).removeFabricIdentity({ mspId, role }, { signal });
  }
}
