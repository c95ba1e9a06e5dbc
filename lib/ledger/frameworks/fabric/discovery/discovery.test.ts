import { common, discovery, msp, peer } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, it } from 'vitest';
import { TEST_CHAIN } from '../../../testing/test-nodes';
import { introduce, type RemotePeer } from '../channel-peers';
import { readIntroduction } from '../channel-peers/introduction';
import { createRemotePeer } from '../channel-peers/remote-peer';
import type { SimulationView } from '../endorser';
import { deploy } from '../endorser/testing/test-gateway';
import { TestCity } from '../endorser/testing/test-city';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { parsePolicy } from '../policy/parse-policy';
import { encodeApplicationPolicy } from '../testing/test-policies';
import { describeEndorsers } from './describe-endorsers';
import { describePeer } from './describe-peer';
import { findMembers } from './find-members';
import { listPeers, type ChannelPeer } from './list-peers';
import type { InterestCall } from './messages';
import { printInterest } from './print-interest';

const allOf = "AND('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')";
const twoOf = "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')";

let city: TestCity;
let view: SimulationView;
let peers: ChannelPeer[];

/** Three organisations in one city: `deal` needs two of them and has collections, `all` needs all, `rare` runs with the first alone. */
beforeAll(async () => {
  city = new TestCity(['Org1MSP', 'Org2MSP', 'Org3MSP']);
  city.addChannel('one');
  const everywhere = (label: string) => ({ Org1MSP: label, Org2MSP: label, Org3MSP: label });
  const collections = collectionsOf({ name: 'shared', members: "OR('Org1MSP.member', 'Org2MSP.member')" }, { name: 'third', members: "OR('Org1MSP.member', 'Org3MSP.member')", policy: "OR('Org3MSP.peer')" });
  await deploy(city, 'one', { name: 'deal', policy: encodeApplicationPolicy(twoOf), collections, packages: everywhere('deal') });
  await deploy(city, 'one', { name: 'all', policy: encodeApplicationPolicy(allOf), packages: everywhere('all') });
  await deploy(city, 'one', { name: 'rare', policy: encodeApplicationPolicy(twoOf), packages: { Org1MSP: 'rare', Org2MSP: undefined, Org3MSP: undefined } });
  await deploy(city, 'one', { name: 'never', policy: encodeApplicationPolicy("OR('Org9MSP.peer')"), packages: everywhere('never') });
  const opened = await city.ports().openView('one');
  if (opened === undefined) throw new Error('the channel is there');
  view = opened;
  peers = await listPeers({ endorser: city.ports(), addressOf: (mspId) => `${mspId}:7051` }, view, []);
});

function collectionsOf(...all: readonly { readonly name: string; readonly members: string; readonly policy?: string }[]): peer.CollectionConfigPackage {
  const whole = new peer.CollectionConfigPackage();
  for (const { name, members, policy } of all) {
    const one = new peer.StaticCollectionConfig();
    one.setName(name);
    one.setMaximumPeerCount(1);
    const membership = new peer.CollectionPolicyConfig();
    membership.setSignaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(encodeSignaturePolicy(parsePolicy(members))));
    one.setMemberOrgsPolicy(membership);
    if (policy !== undefined) one.setEndorsementPolicy(peer.ApplicationPolicy.deserializeBinary(encodeApplicationPolicy(policy)));
    const config = new peer.CollectionConfig();
    config.setStaticCollectionConfig(one);
    whole.addConfig(config);
  }
  return whole;
}

const atOnce = (): Promise<void> => Promise.resolve();

function call(name: string, change: Partial<InterestCall> = {}): InterestCall {
  return { name, collectionNames: [], noPrivateReads: false, noPublicReads: false, keyPolicies: [], disregardNamespacePolicy: false, ...change };
}

/** Each layout as the organisations whose peers it asks for, several where one of them suffices. */
async function layoutsOf(...chaincodes: InterestCall[]): Promise<string[]> {
  const answer = discoveryOf(await describeEndorsers(view, peers, { chaincodes }, atOnce));
  return answer.layouts.map((layout) => Object.entries(layout).map(([group, quantity]) => `${quantity} of ${answer.groups[group]?.join('/')}`).sort().join(', ')).sort();
}

function discoveryOf(bytes: Uint8Array) {
  const descriptor = discovery.EndorsementDescriptor.deserializeBinary(bytes);
  const groups = descriptor.getEndorsersByGroupsMap();
  const nameOf = (peer: discovery.Peer): string => msp.SerializedIdentity.deserializeBinary(peer.getIdentity_asU8()).getMspid().replace('MSP', '');
  const keys = [...(groups.keys() as Iterable<string>)];
  return {
    layouts: descriptor.getLayoutsList().map((one) => Object.fromEntries(one.getQuantitiesByGroupMap().getEntryList() as [string, number][])),
    groups: Object.fromEntries(keys.map((group): [string, string[]] => [group, (groups.get(group) as discovery.Peers).getPeersList().map(nameOf)])),
  };
}

describe('layouts of endorsers', () => {
  it('are every choice that the chaincode’s policy leaves', async () => {
    expect(await layoutsOf(call('deal'))).toEqual(['1 of Org1, 1 of Org2', '1 of Org1, 1 of Org3', '1 of Org2, 1 of Org3']);
    expect(await layoutsOf(call('all'))).toEqual(['1 of Org1, 1 of Org2, 1 of Org3']);
  });

  it('satisfy the policies of all chaincodes that call one another', async () => {
    expect(await layoutsOf(call('deal'), call('all'))).toEqual(['1 of Org1, 1 of Org2, 1 of Org3']);
  });

  it('ask members of a collection alone when its data is read, and anybody when it is only written', async () => {
    expect(await layoutsOf(call('deal', { collectionNames: ['shared'] }))).toEqual(['1 of Org1, 1 of Org2']);
    expect(await layoutsOf(call('deal', { collectionNames: ['shared'], noPrivateReads: true }))).toEqual(['1 of Org1, 1 of Org2', '1 of Org1, 1 of Org3', '1 of Org2, 1 of Org3']);
  });

  it('satisfy a collection’s own policy, and the chaincode’s for the others', async () => {
    expect(await layoutsOf(call('deal', { collectionNames: ['third'] }))).toEqual(['1 of Org3']);
    expect(await layoutsOf(call('deal', { collectionNames: ['third', 'shared'], noPrivateReads: true }))).toEqual(['1 of Org1, 1 of Org3', '1 of Org2, 1 of Org3']);
    expect(await layoutsOf(call('deal', { collectionNames: ['_implicit_org_Org2MSP'] }))).toEqual(['1 of Org2']);
  });

  it('satisfy policies of keys, instead of the chaincode’s where the client says so', async () => {
    const keyPolicies = [encodeSignaturePolicy(parsePolicy("OR('Org3MSP.peer')"))];
    expect(await layoutsOf(call('deal', { keyPolicies }))).toEqual(['1 of Org1, 1 of Org3', '1 of Org2, 1 of Org3']);
    expect(await layoutsOf(call('deal', { keyPolicies, disregardNamespacePolicy: true }))).toEqual(['1 of Org3']);
  });

  it.each([
    ['too few run the chaincode', [call('rare')], 'required chaincodes are not installed on sufficient peers'],
    ['nobody is who is asked for', [call('never')], 'no peer combination can satisfy the endorsement policy'],
    ['members do not suffice', [call('all', { collectionNames: ['_implicit_org_Org1MSP'] }), call('all')], 'no peer combination can satisfy the endorsement policy'],
    ['a called chaincode is not there', [call('deal'), call('ghost')], 'No metadata was found for chaincode ghost in channel one'],
    ['nothing is left to satisfy', [call('deal', { disregardNamespacePolicy: true })], "requested to disregard chaincode deal's policy but key and collection policies are missing"],
    ['a policy of a key is none', [call('deal', { keyPolicies: [Buffer.from('0a', 'hex')] })], 'malformed'],
    ['too many policies of keys differ', [call('deal', { keyPolicies: Array.from({ length: 17 }, (_, at) => encodeSignaturePolicy(parsePolicy(`OR('Org${at}MSP.peer')`))) })], 'more than 16 policies'],
    ['more is asked than one answer holds', Array.from({ length: 101 }, () => call('deal')), 'more than 100 chaincodes'],
  ])('are refused when %s', async (_name, chaincodes, words) => {
    await expect(describeEndorsers(view, peers, { chaincodes }, atOnce)).rejects.toThrow(words);
  });

  it('are the same bytes for the same question', async () => {
    const ask = async () => Buffer.from(await describeEndorsers(view, peers, { chaincodes: [call('deal', { collectionNames: ['third', 'shared'], noPrivateReads: true }), call('all')] }, atOnce)).toString('hex');
    expect(await ask()).toBe(await ask());
  });

  it('let others have their turn between two policies: one question took the city node for itself', async () => {
    let turns = 0;
    const keyPolicies = Array.from({ length: 8 }, (_, at) => encodeSignaturePolicy(parsePolicy(`OR('Org3MSP.peer', 'Org${at + 4}MSP.peer')`)));
    await describeEndorsers(view, peers, { chaincodes: [call('deal', { keyPolicies })] }, async () => void (turns += 1));
    expect(turns).toBe(9);
  });
});

describe('peers of a channel', () => {
  const namesOf = (...calls: InterestCall[]) => findMembers(view, peers, calls).able.map(({ mspId }) => mspId);

  it('are those that run the chaincodes and are members of the collections', () => {
    expect(namesOf()).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
    expect(namesOf(call('rare'))).toEqual(['Org1MSP']);
    expect(namesOf(call('deal', { collectionNames: ['shared', 'third'] }))).toEqual(['Org1MSP']);
    expect(namesOf(call('deal', { collectionNames: ['shared'] }), call('_lifecycle'))).toEqual(['Org1MSP', 'Org2MSP']);
  });

  it('say by their sequences which definition they run', () => {
    expect(Object.fromEntries(peers.map(({ mspId, chaincodes }) => [mspId, [...chaincodes.keys()].sort()]))).toEqual({ Org1MSP: ['_lifecycle', 'all', 'deal', 'never', 'rare'], Org2MSP: ['_lifecycle', 'all', 'deal', 'never'], Org3MSP: ['_lifecycle', 'all', 'deal', 'never'] });
    const stale = peers.map((one) => ({ ...one, chaincodes: new Map([...one.chaincodes, ['deal', 2n] as const]) }));
    expect(findMembers(view, stale, [call('deal')]).able).toEqual([]);
  });
});

describe('peers on other hosts', () => {
  /** As this city node would know the peer of an organisation elsewhere, which describes itself like that. */
  async function introduced(mspId: string, description?: Uint8Array): Promise<RemotePeer> {
    const signer = city.organisation(mspId).issue({ units: ['peer'] });
    const about = { chain: TEST_CHAIN, hostId: 'host_far', nonce: Buffer.alloc(16, 7) };
    const bytes = description ?? describePeer(signer, { endpoint: 'far.test:7051', nowMs: city.nowMs }, { channelId: 'one', height: 9, chaincodes: new Map([['rare', 1n]]) });
    const said = introduce({ ...about, height: 9, port: 7_051, chaincodes: ['rare'], description: bytes }, signer);
    const link = { hostId: 'host_far', hostname: 'far.test', run: () => Promise.reject(new Error('away')), runShort: () => Promise.reject(new Error('away')) };
    return createRemotePeer(TEST_CHAIN, link, readIntroduction(said, { ...about, msps: view.rules.msps, nowMs: city.nowMs }));
  }
  const listWith = (...elsewhere: RemotePeer[]) => listPeers({ endorser: city.ports(), addressOf: (mspId) => `${mspId}:7051` }, view, elsewhere);

  it('endorse beside those here, as they describe themselves', async () => {
    const all = await listWith(await introduced('Org2MSP'));
    expect(all.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP', 'Org2MSP']);
    // Two organisations have to endorse, and the second one's peer here does not run it.
    const [layout] = discoveryOf(await describeEndorsers(view, all, { chaincodes: [call('rare')] }, atOnce)).layouts;
    expect(Object.values(layout ?? {})).toEqual([1, 1]);
    expect(findMembers(view, all, [call('rare')]).able.map(({ bytes }) => Buffer.from(bytes).includes('far.test:7051'))).toEqual([false, true]);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['what is none', Buffer.from('0a0301', 'hex')],
    ['another peer', undefined],
  ])('are left out when they describe %s', async (_name, description) => {
    expect(await listWith(await introduced('Org2MSP', description ?? peers[0]?.bytes))).toHaveLength(3);
  });
});

it('an interest is printed as Go prints it', () => {
  expect(printInterest({ chaincodes: [call('a', { collectionNames: ['b', 'c'], noPrivateReads: true }), call('d"e')] })).toBe('chaincodes:{name:"a" collection_names:"b" collection_names:"c" no_private_reads:true} chaincodes:{name:"d\\"e"}');
});
