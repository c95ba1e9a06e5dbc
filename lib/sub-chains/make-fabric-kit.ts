import { actorOf, requireApplication, type Caller } from '@/lib/access-keys';
import { getAuthority } from '@/lib/certificates';
import { buildFabricKit, type FabricKit } from '@/lib/connections';
import { issueMemberCertificate, readMsp } from '@/lib/fabric-ca';
import { AppError, assert } from '@/lib/platform';
import { chaincodePackageSchema } from '@/lib/templates';
import { makeFabricKitSchema, type MakeFabricKit } from './client';
import { endpointOf } from './frameworks/fabric/organisation';
import { inPublishersOrder, loadSubChain } from './load-sub-chain';

/** What the quick start writes and reads of each ready chaincode; `{now}` and `{sha256}` are other ones at each run. */
const firstCalls = {
  'asset-transfer': { submit: { name: 'CreateAsset', arguments: ['asset-{now}', 'yellow', '5', 'Tom', '1300'] }, evaluate: { name: 'ReadAsset', arguments: ['asset-{now}'] } },
  'evidence-notary': { submit: { name: 'Notarise', arguments: ['{sha256}', 'First entry', '{}'] }, evaluate: { name: 'GetEvidence', arguments: ['{sha256}'] } },
} as const satisfies Record<string, Pick<NonNullable<FabricKit['chaincode']>, 'submit' | 'evaluate'>>;

/**
 * Enrols a member of the publisher's organisation, and gives the zip with which it calls the channel. The private key is made
 * for it and is in the zip alone; asked again for the same name, there is another key, and the former certificate stays good.
 * @throws AppError NOT_FOUND, FORBIDDEN; UNSUPPORTED for another framework; CONFLICT before the sub-chain runs, or when the
 * name is another kind of member
 */
export async function makeFabricKit(caller: Caller, applicationId: string, input: MakeFabricKit): Promise<{ fileName: string; zip: Uint8Array }> {
  const { member, role } = makeFabricKitSchema.parse(input);
  const { organisationId, name: title } = await requireApplication(caller, applicationId, 'access-key.manage');
  const subChain = await loadSubChain(applicationId);
  if (subChain.framework !== 'fabric') throw new AppError('UNSUPPORTED', { what: subChain.framework }, { publicMessage: 'Connection kits are for Fabric channels.' });
  if (subChain.state !== 'RUNNING') throw new AppError('CONFLICT', { subject: 'sub-chain', state: subChain.state }, { publicMessage: 'The channel does not run yet, or not any more.' });
  const { certificate, privateKey, mspId } = await issueMemberCertificate({ organisationId, enrollmentId: member, type: role, actor: actorOf(caller), requestId: caller.requestId });
  assert(privateKey !== undefined, 'a key that the portal makes is in the answer');
  const [{ rootCertificates }, { rootPem }] = await Promise.all([readMsp(organisationId), getAuthority()]);
  const { data: chosen } = chaincodePackageSchema.safeParse(subChain.application.contractPackage);
  const zip = buildFabricKit({
    title,
    channelId: subChain.slug,
    mspId,
    rootCertificates,
    tlsRoot: rootPem,
    peers: inPublishersOrder(subChain.peers).map((peer) => ({ cityNode: peer.cityNode.code, address: endpointOf(subChain, peer).replace('grpcs://', '') })),
    member: { name: member, certificate, privateKey },
    ...(chosen === undefined ? {} : { chaincode: { name: chosen.name, ...firstCalls[chosen.template] } }),
    madeAtMs: Date.now(),
  });
  return { fileName: `${subChain.slug}-${member}.zip`, zip };
}
