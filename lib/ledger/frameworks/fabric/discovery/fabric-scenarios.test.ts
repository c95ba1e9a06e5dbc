import { common, discovery, msp, peer } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SimulationView } from '../endorser';
import { deploy } from '../endorser/testing/test-gateway';
import { TestCity } from '../endorser/testing/test-city';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { parsePolicy } from '../policy/parse-policy';
import { encodeApplicationPolicy } from '../testing/test-policies';
import { createTestOrganisation } from '../testing/test-organisation';
import { describeEndorsers } from './describe-endorsers';
import { listPeers, type ChannelPeer } from './list-peers';
import type { InterestCall } from './messages';

/** The cases by which Fabric tests its own service, with their numbers there (discovery/endorsement/endorsement_test.go). */
const here = [0, 2, 4, 6, 10, 12];
const p = (organisation: number): string => `'Org${organisation}MSP.peer'`;
const zeroTwoOrSixTen = `OR(AND(${p(0)}, ${p(2)}), AND(${p(6)}, ${p(10)}))`;
const zeroSixOrTwelve = `OR(AND(${p(0)}, ${p(6)}), ${p(12)})`;

let view: SimulationView;
let peers: ChannelPeer[];

beforeAll(async () => {
  const city = new TestCity(here.map((one) => `Org${one}MSP`));
  city.addChannel('test');
  const packages = Object.fromEntries(here.map((one) => [`Org${one}MSP`, 'any']));
  const define = (name: string, policy: string | Uint8Array, collections?: peer.CollectionConfigPackage) =>
    deploy(city, 'test', { name, policy: typeof policy === 'string' ? encodeApplicationPolicy(policy) : policy, packages, ...(collections ? { collections } : {}) });
  await define('too-few', `OR(AND(${p(1)}, ${p(6)}), AND(${p(12)}, ${p(12)}))`);
  await define('one-of-two', `OR(AND(${p(0)}, ${p(6)}), AND(${p(11)}, ${p(12)}))`);
  await define('both', zeroSixOrTwelve, collection('collection', [0, 12]));
  await define('blind', `OR(${p(0)}, ${p(6)})`, collection('collection', [0], `AND(${p(0)}, ${p(6)})`));
  await define('cc1', zeroTwoOrSixTen);
  await define('cc2', `AND(${p(6)}, ${p(10)}, ${p(12)})`);
  await define('cc3', `AND(${p(4)}, ${p(12)})`);
  await define('either', `OR(${p(0)}, ${p(2)})`);
  await define('each', `AND(${p(0)}, ${p(2)})`);
  await define('identity', orIdentity(zeroSixOrTwelve));
  const opened = await city.ports().openView('test');
  if (opened === undefined) throw new Error('the channel is there');
  view = opened;
  peers = await listPeers({ endorser: city.ports(), addressOf: (mspId) => `${mspId}:7051` }, view, []);
});

function collection(name: string, members: readonly number[], policy?: string): peer.CollectionConfigPackage {
  const membership = new peer.CollectionPolicyConfig();
  membership.setSignaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(encodeSignaturePolicy(parsePolicy(`OR(${members.map(p).join(', ')})`))));
  const one = new peer.StaticCollectionConfig();
  one.setName(name);
  one.setMaximumPeerCount(1);
  one.setMemberOrgsPolicy(membership);
  if (policy !== undefined) one.setEndorsementPolicy(peer.ApplicationPolicy.deserializeBinary(encodeApplicationPolicy(policy)));
  const config = new peer.CollectionConfig();
  config.setStaticCollectionConfig(one);
  const whole = new peer.CollectionConfigPackage();
  whole.addConfig(config);
  return whole;
}

/** Bytes of the ApplicationPolicy with the last principal of a policy replaced by somebody of an organisation that is not here. */
function orIdentity(text: string): Uint8Array {
  const policy = common.SignaturePolicyEnvelope.deserializeBinary(encodeSignaturePolicy(parsePolicy(text)));
  const principals = policy.getIdentitiesList();
  const somebody = new msp.MSPPrincipal();
  somebody.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
  somebody.setPrincipal(createTestOrganisation('Org7MSP').issue().serialized);
  policy.setIdentitiesList([...principals.slice(0, -1), somebody]);
  const whole = new peer.ApplicationPolicy();
  whole.setSignaturePolicy(policy);
  return whole.serializeBinary();
}

function call(name: string, change: Partial<InterestCall> = {}): InterestCall {
  return { name, collectionNames: [], noPrivateReads: false, noPublicReads: false, keyPolicies: [], disregardNamespacePolicy: false, ...change };
}

const ofKeys = (...organisations: readonly number[]): Uint8Array[] => organisations.map((one) => encodeSignaturePolicy(parsePolicy(`OR(${p(one)})`)));

const atOnce = (): Promise<void> => Promise.resolve();

/** Each layout as the numbers of the organisations whose peers it asks for. */
async function layoutsOf(chaincodes: readonly InterestCall[]): Promise<number[][]> {
  const descriptor = discovery.EndorsementDescriptor.deserializeBinary(await describeEndorsers(view, peers, { chaincodes }, atOnce));
  const groups = descriptor.getEndorsersByGroupsMap();
  const numberOf = (found: discovery.Peer): number => Number(/\d+/.exec(msp.SerializedIdentity.deserializeBinary(found.getIdentity_asU8()).getMspid())?.[0]);
  const layouts = descriptor.getLayoutsList().map((layout) => (layout.getQuantitiesByGroupMap().getEntryList() as [string, number][]).flatMap(([group, quantity]) => (groups.get(group) as discovery.Peers).getPeersList().slice(0, quantity).map(numberOf)));
  return layouts.map((layout) => layout.sort((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

describe('as Fabric’s discovery', () => {
  it.each([
    ['III: only what the peers at hand can sign', [call('one-of-two')], [[0, 6]]],
    ['IV: several combinations', [call('both')], [[0, 6], [12]]],
    ['VIII: members of the collection alone', [call('both', { collectionNames: ['collection'] })], [[12]]],
    ['IX: what three chaincodes ask for together', [call('cc1'), call('cc2'), call('cc3')], [[4, 6, 10, 12]]],
    ['X: the larger of two demands', [call('either'), call('each')], [[0, 2]]],
    ['XII: a blind write, endorsed by who is no member, too', [call('blind', { collectionNames: ['collection'], noPrivateReads: true })], [[0, 6]]],
    // Fabric tells the second of these alone, and leaves out what would do as well (common/policies/inquire/merge.go).
    ['XIII: a key’s policy that one combination has already', [call('cc1', { keyPolicies: ofKeys(10) })], [[0, 2, 10], [6, 10]]],
    ['XIV: a key’s policy beside every combination', [call('cc1', { keyPolicies: ofKeys(12) })], [[0, 2, 12], [6, 10, 12]]],
    ['XV: policies of two keys', [call('cc1', { keyPolicies: ofKeys(2, 6) })], [[0, 2, 6], [2, 6, 10]]],
    ['XVII: keys’ policies alone', [call('cc1', { keyPolicies: ofKeys(2, 6), disregardNamespacePolicy: true })], [[2, 6]]],
    ['XIX: a named identity that is no peer here', [call('identity')], [[0, 6]]],
  ])('%s', async (_name, chaincodes, layouts) => {
    expect(await layoutsOf(chaincodes)).toEqual(layouts);
  });

  it('II: nobody suffices where one organisation is away and another has too few peers', async () => {
    await expect(layoutsOf([call('too-few')])).rejects.toThrow('no peer combination can satisfy the endorsement policy');
  });

  it.each([
    ['V: all run another definition', [0, 2, 4, 6, 10, 12]],
    ['VI: those that are left do not suffice', [0, 12]],
  ])('%s', async (_name, stale) => {
    const changed = peers.map((one) => (stale.includes(Number(/\d+/.exec(one.mspId)?.[0])) ? { ...one, chaincodes: new Map([...one.chaincodes, ['both', 2n] as const]) } : one));
    await expect(describeEndorsers(view, changed, { chaincodes: [call('both')] }, atOnce)).rejects.toThrow('required chaincodes are not installed on sufficient peers');
  });
});
