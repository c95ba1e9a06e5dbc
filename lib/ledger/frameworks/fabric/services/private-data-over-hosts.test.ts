import { describe, expect, it } from 'vitest';
import { TEST_CHAIN } from '../../../testing/test-nodes';
import type { TestChaincode } from '../endorser/testing/test-city';
import { refusalOf } from '../endorser/testing/test-gateway';
import { signOffer } from '../private-data/private-offer';
import { FabricReadError } from '../read/read-error';
import { encodePrivateRwset, type TxPrivateRwset } from '../state';
import { encodeApplicationPolicy } from '../testing/test-policies';
import { collections, type TestCollection } from '../testing/test-collections';
import { JoinedHosts } from './testing/joined-hosts';

const secrets: TestChaincode = async ([name, collection = '', key = ''], world, call) => {
  const pin = Buffer.from(`pin of ${key}`);
  if (name === 'hide') for (const one of collection.split(',')) await world.putState(one, key, pin);
  return name === 'reveal' ? Buffer.from((await world.getState(collection, key)) ?? []).toString() : call.txId.slice(0, 0);
};

const everybody = "OR('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')";
const members = "OR('Org1MSP.member', 'Org2MSP.member', 'Org3MSP.member')";

async function open(organisationsOf: readonly (readonly string[])[], ...all: readonly TestCollection[]): Promise<JoinedHosts> {
  const joined = await JoinedHosts.open(organisationsOf);
  joined.play('secrets', secrets);
  await joined.deploy('secrets', { policy: encodeApplicationPolicy(everybody), collections: collections(...all) });
  for (const { asked } of joined.hosts) asked.length = 0;
  return joined;
}

const three = [['Org1MSP'], ['Org2MSP'], ['Org3MSP']];
const kept = (joined: JoinedHosts) => joined.hosts.map(({ asked }) => asked.filter((kind) => kind === 'keep').length);
const haveOf = (joined: JoinedHosts, collection: string, key: string) => Promise.all(joined.hosts.map((_, at) => joined.plaintext(at, 'secrets', collection, key)));
const hide = (joined: JoinedHosts, collection: string, key: string) => joined.contract(0, 'Org1MSP', 'secrets').submit('hide', { arguments: [collection, key], endorsingOrganizations: ['Org1MSP'] });

describe('private data of a transaction that one host endorses', () => {
  it('are with as many members as their collection asks for before the endorsement is answered, and with their block in their state', async () => {
    const joined = await open(three, { name: 'all', members, required: 2, max: 2 });
    const proposal = joined.contract(0, 'Org1MSP', 'secrets').newProposal('hide', { arguments: ['all', 'k'], endorsingOrganizations: ['Org1MSP'] });
    const transaction = await proposal.endorse();
    expect(kept(joined)).toEqual([0, 1, 1]);
    expect(await haveOf(joined, 'all', 'k')).toEqual([undefined, undefined, undefined]);
    await transaction.submit();
    expect(await haveOf(joined, 'all', 'k')).toEqual(['pin of k', 'pin of k', 'pin of k']);
  });

  it('go to no more peers than it says, to one of each organisation first, and to members alone', async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP'], ['Org2MSP'], ['Org3MSP']], { name: 'one', members, required: 1, max: 1 }, { name: 'two', members, required: 2, max: 2 }, { name: 'some', members: "OR('Org1MSP.member', 'Org2MSP.member')", required: 0, max: 4 }, { name: 'none', members, max: 0 });
    for (let round = 0; round < 4; round += 1) await hide(joined, 'one', `k${round}`);
    expect(kept(joined).reduce((sum, count) => sum + count, 0)).toBe(4);
    for (const { asked } of joined.hosts) asked.length = 0;
    for (let round = 0; round < 4; round += 1) await hide(joined, 'two', `k${round}`);
    // Org3 has one peer, Org2 has two.
    expect([kept(joined)[3], kept(joined).reduce((sum, count) => sum + count, 0)]).toEqual([4, 8]);
    for (const { asked } of joined.hosts) asked.length = 0;
    await hide(joined, 'some', 'k');
    expect(kept(joined)).toEqual([0, 1, 1, 0]);
    expect(await haveOf(joined, 'some', 'k')).toEqual(['pin of k', 'pin of k', 'pin of k', undefined]);
    await hide(joined, 'none', 'k');
    expect(await haveOf(joined, 'none', 'k')).toEqual(['pin of k', undefined, undefined, undefined]);
  });

  it('are not endorsed while fewer members are there, in Fabric’s words; nobody waits for those that need not have them', async () => {
    const joined = await open(three, { name: 'all', members, required: 2, max: 2 }, { name: 'most', members, required: 1, max: 2 }, { name: 'any', members, required: 0, max: 2 });
    await hide(joined, 'all', 'before');
    joined.host(2).isAway = true;
    const late = await refusalOf(hide(joined, 'all', 'k'));
    expect(late.details[0]).toMatch(/^Org1MSP: error in simulation: failed to distribute private collection, txID [0-9a-f]{64}, channel mychannel: Failed disseminating 1 out of 2 private dissemination plans$/);
    // One of two suffices here, whichever it is.
    for (let round = 0; round < 3; round += 1) await hide(joined, 'most', `k${round}`);
    expect(await haveOf(joined, 'most', 'k2')).toEqual(['pin of k2', 'pin of k2', undefined]);
    for (const host of joined.hosts) host.directory.forget();
    const few = await refusalOf(hide(joined, 'all', 'k'));
    expect(few.details[0]).toMatch(
      /^Org1MSP: error in simulation: failed to distribute private collection, txID [0-9a-f]{64}, channel mychannel: could not build private data dissemination plan for chaincode secrets and collection all: required to disseminate to at least 2 peers, but know of only 1 eligible peers$/,
    );
    joined.host(1).isAway = true;
    await hide(joined, 'any', 'k');
    // What was not endorsed was not kept here either.
    expect(await haveOf(joined, 'all', 'k')).toEqual([undefined, undefined, undefined]);
  });

  it('count as given to the other organisations with a peer on the same host', async () => {
    const joined = await open([['Org1MSP', 'Org2MSP'], ['Org3MSP']], { name: 'all', members, required: 2, max: 3 }, { name: 'here', members: "OR('Org1MSP.member', 'Org2MSP.member')", required: 1, max: 1 });
    joined.host(1).isAway = true;
    joined.host(0).directory.forget();
    await hide(joined, 'here', 'k');
    expect((await refusalOf(hide(joined, 'all', 'k'))).details[0]).toContain('required to disseminate to at least 2 peers, but know of only 1 eligible peers');
    joined.host(1).isAway = false;
    joined.host(0).directory.forget();
    await hide(joined, 'all', 'k');
    expect(await haveOf(joined, 'all', 'k')).toEqual(['pin of k', 'pin of k']);
  });

  it('go with each of their collections to its members, and an organisation’s own to its other peers', async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP'], ['Org1MSP', 'Org3MSP']], { name: 'a', members: "OR('Org1MSP.member', 'Org2MSP.member')", required: 1, max: 3 }, { name: 'b', members: "OR('Org1MSP.member', 'Org3MSP.member')", required: 1, max: 3 });
    await hide(joined, 'a,b,_implicit_org_Org1MSP', 'k');
    expect(await haveOf(joined, 'a', 'k')).toEqual(['pin of k', 'pin of k', 'pin of k']);
    expect(await haveOf(joined, 'b', 'k')).toEqual(['pin of k', undefined, 'pin of k']);
    expect(await haveOf(joined, '_implicit_org_Org1MSP', 'k')).toEqual(['pin of k', undefined, 'pin of k']);
    // Another organisation's own are given to nobody, as in Fabric: it asks for them after the block.
    for (const { asked } of joined.hosts) asked.length = 0;
    await joined.contract(0, 'Org1MSP', 'secrets').newProposal('hide', { arguments: ['_implicit_org_Org2MSP', 'k'], endorsingOrganizations: ['Org1MSP'] }).endorse();
    expect(kept(joined)).toEqual([0, 0, 0]);
  });
});

describe('transient data', () => {
  const policy = (text: string) => ({ policy: encodeApplicationPolicy(text), sequence: 2, collections: collections({ name: 'ours', members: "OR('Org1MSP.member', 'Org2MSP.member')" }) });
  const pinned = { arguments: ['ours', 'k'], transientData: { pin: '1234' } };

  it('go to members of the collections alone, also where another organisation’s endorsement would do', async () => {
    const joined = await open([['Org1MSP'], ['Org3MSP'], ['Org2MSP']], { name: 'ours', members });
    await joined.deploy('secrets', policy("AND('Org1MSP.peer', OR('Org2MSP.peer', 'Org3MSP.peer'))"));
    for (const { asked } of joined.hosts) asked.length = 0;
    await joined.contract(0, 'Org1MSP', 'secrets').submit('hide', pinned);
    expect(joined.hosts.map(({ asked }) => asked.includes('propose'))).toEqual([false, false, true]);
    // Without them there is none who might not see it.
    for (const { asked } of joined.hosts) asked.length = 0;
    joined.host(2).isAway = true;
    await joined.contract(0, 'Org1MSP', 'secrets').submit('hide', { arguments: ['ours', 'k2'] });
    expect(joined.host(1).asked).toContain('propose');
  });

  it('are kept from an organisation whose endorsement is needed: the client is told to name it', async () => {
    const joined = await open(three, { name: 'ours', members });
    await joined.deploy('secrets', policy("AND('Org1MSP.peer', 'Org3MSP.peer')"));
    joined.host(2).asked.length = 0;
    const refusal = await refusalOf(joined.contract(0, 'Org1MSP', 'secrets').submit('hide', pinned));
    expect(refusal.message).toBe('requires endorsement from organisation(s) that are not in the distribution policy of the private data collection(s): [ours]; retry specifying trusted endorsing organizations to protect transient data');
    expect(joined.host(2).asked).not.toContain('propose');
    await joined.contract(0, 'Org1MSP', 'secrets').submit('hide', { ...pinned, endorsingOrganizations: ['Org1MSP', 'Org3MSP'] });
  });
});

describe('an offer of private data', () => {
  const plain = (collection: string, namespace = 'secrets'): Uint8Array => {
    const rwset: TxPrivateRwset = { namespaces: [{ namespace, collections: [{ collection, rwset: Buffer.from([0x1a, 0x03, 0x0a, 0x01, 0x6b]) }] }] };
    return encodePrivateRwset(rwset);
  };
  const txId = 'ab'.repeat(32);

  it('is taken from a peer of the channel, for this host and its members alone', async () => {
    const joined = await open(three, { name: 'ours', members: "OR('Org1MSP.member', 'Org2MSP.member')" });
    const peerOf = (at: number, mspId: string) => joined.host(at).city.signers.get(mspId) ?? joined.channel.client;
    const good = { chain: TEST_CHAIN, from: 'host_0', to: 'host_1', txId, plaintext: plain('ours') };
    const deniedOf = async (offer: ReturnType<typeof signOffer>, at = 1, from = 'host_0'): Promise<string> => {
      const error: unknown = await joined.keepOffered(at, offer, from).then(() => undefined, (reason: unknown) => reason);
      if (!(error instanceof FabricReadError)) throw error ?? new Error('it was taken');
      return error.message;
    };
    const peer = peerOf(0, 'Org1MSP');
    await joined.keepOffered(1, signOffer(good, peer), 'host_0');
    expect(await deniedOf(signOffer(good, peer), 1, 'host_2')).toContain('another sub-chain or host');
    expect(await deniedOf(signOffer({ ...good, to: 'host_2' }, peer))).toContain('another sub-chain or host');
    expect(await deniedOf(signOffer({ ...good, chain: 'reef-1' as typeof TEST_CHAIN }, peer))).toContain('another sub-chain or host');
    expect(await deniedOf(signOffer(good, joined.channel.client))).toContain('[PEER]');
    const { statement } = signOffer(good, peer);
    expect(await deniedOf({ ...signOffer({ ...good, plaintext: plain('ours', 'other') }, peer), statement })).toContain('signature is invalid');
    expect(await deniedOf(signOffer({ ...good, to: 'host_2' }, peer), 2)).toContain('no organisation with a peer here is a member of the collection secrets/ours');
    expect(await deniedOf(signOffer({ ...good, plaintext: plain('ghost') }, peer))).toContain('is a member of the collection secrets/ghost');
    expect(await deniedOf(signOffer({ ...good, txId: 'short' }, peer))).toContain('names no transaction');
    expect(await deniedOf(signOffer({ ...good, plaintext: Buffer.from([0xff]) }, peer))).not.toBe('');
    expect(await deniedOf(signOffer({ ...good, plaintext: new Uint8Array(0) }, peer))).toContain('there are none');
  });

  it('of a transaction that stands in a block already is not taken', async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP']], { name: 'ours', members: "OR('Org1MSP.member', 'Org2MSP.member')" });
    const proposal = joined.contract(0, 'Org1MSP', 'secrets').newProposal('hide', { arguments: ['ours', 'k'], endorsingOrganizations: ['Org1MSP'] });
    await (await proposal.endorse()).submit();
    const peer = joined.host(0).city.signers.get('Org1MSP') ?? joined.channel.client;
    const offer = signOffer({ chain: TEST_CHAIN, from: 'host_0', to: 'host_1', txId: proposal.getTransactionId(), plaintext: plain('ours') }, peer);
    await expect(joined.keepOffered(1, offer, 'host_0')).rejects.toThrow('stands in a block already');
  });
});
