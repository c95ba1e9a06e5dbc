import { createHash, createVerify, X509Certificate } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { gossip, msp, type discovery } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '@/lib/ledger/testing';
import { callOf, configQuery, endorsersQuery, listEntries, localPeersQuery, peersQuery } from './testing/discovery-queries';
import { OldClient, type AskDiscovery, type OldUser } from './testing/old-client';
import { openTestDoor, type TestDoor } from './testing/open-test-door';

const SEED = Number(process.env.SEED ?? 20_261_201);

let test: TestDoor;
let client: OldClient;
let address: string;
let channelId: string;
beforeAll(async () => {
  test = await openTestDoor();
  client = new OldClient({ root: test.root, tls: test.city.issueTls() });
  address = `localhost:${test.door.port}`;
  channelId = test.city.channelId;
}, 60_000);
afterAll(async () => {
  client.close();
  await test.close();
});

/** As a client of the first organisation, unless another is named. */
function ask(queries: readonly discovery.Query[], { user = test.city.issue('Org1MSP', 'client'), ...options }: AskDiscovery & { readonly user?: OldUser } = {}) {
  return client.discover(address, user, queries, options);
}

const errorsOf = (results: readonly discovery.QueryResult[]) => results.map((one) => one.getError()?.getContent());
const codeOf = (request: Promise<unknown>) => request.then(() => 'answered', ({ code, details }: { code: number; details: string }) => [code, details]);

/** What a peer says of itself, signed by itself. */
function read(peer: discovery.Peer) {
  const identity = msp.SerializedIdentity.deserializeBinary(peer.getIdentity_asU8());
  const { publicKey } = new X509Certificate(identity.getIdBytes_asU8());
  const open = (envelope: gossip.Envelope | undefined) => {
    if (envelope === undefined) return undefined;
    expect(createVerify('sha256').update(envelope.getPayload_asU8()).verify(publicKey, envelope.getSignature_asU8())).toBe(true);
    return gossip.GossipMessage.deserializeBinary(envelope.getPayload_asU8());
  };
  const alive = open(peer.getMembershipInfo())?.getAliveMsg();
  const state = open(peer.getStateInfo())?.getStateInfo();
  const pkiId = createHash('sha256').update(identity.getMspid()).update(identity.getIdBytes_asU8()).digest();
  expect(Buffer.from(alive?.getMembership()?.getPkiId_asU8() ?? [])).toEqual(pkiId);
  expect(alive?.getTimestamp()?.getIncNum()).toBeGreaterThan(0);
  if (state !== undefined) {
    expect(Buffer.from(state.getPkiId_asU8())).toEqual(pkiId);
    expect(Buffer.from(state.getChannelMac_asU8())).toEqual(createHash('sha256').update(pkiId).update(channelId).digest());
  }
  const chaincodes = state?.getProperties()?.getChaincodesList().map((one) => `${one.getName()} ${one.getVersion()}`);
  return { mspId: identity.getMspid(), endpoint: alive?.getMembership()?.getEndpoint(), height: state?.getProperties()?.getLedgerHeight(), chaincodes };
}

function membersOf(result: discovery.QueryResult | undefined) {
  return Object.fromEntries(listEntries<discovery.Peers>(result?.getMembers()?.getPeersByOrgMap()).map(([mspId, peers]) => [mspId, peers.getPeersList().map(read)]));
}

function descriptorsOf(result: discovery.QueryResult | undefined) {
  return result?.getCcQueryRes()?.getContentList().map((one) => {
    return {
      chaincode: one.getChaincode(),
      layouts: one.getLayoutsList().map((layout) => Object.fromEntries(listEntries<number>(layout.getQuantitiesByGroupMap()))),
      groups: Object.fromEntries(listEntries<discovery.Peers>(one.getEndorsersByGroupsMap()).map(([group, peers]) => [group, peers.getPeersList().map((peer) => read(peer).mspId)])),
    };
  });
}

describe('discovery for the old clients', () => {
  it('tells who has the channel’s peers, where, how far they are and what they run', async () => {
    const [all, basic] = await ask([peersQuery(channelId), peersQuery(channelId, [callOf('basic')])]);
    const height = test.city.host.head(test.city.chain).height + 1;
    const chaincodes = ['basic 1', '_lifecycle 1'];
    const expected = { Org1MSP: [{ mspId: 'Org1MSP', endpoint: 'org1msp.test:7051', height, chaincodes }], Org2MSP: [{ mspId: 'Org2MSP', endpoint: 'org2msp.test:7051', height, chaincodes }] };
    expect(membersOf(all)).toEqual(expected);
    expect(membersOf(basic)).toEqual(expected);
  });

  it('gives layouts and endorsers that satisfy the chaincode’s policy', async () => {
    const [result] = await ask([endorsersQuery(channelId, [[callOf('basic')], [callOf('_lifecycle')]])]);
    // A majority of two is both.
    expect(descriptorsOf(result)).toEqual(['basic', '_lifecycle'].map((chaincode) => ({ chaincode, layouts: [{ G0: 1, G1: 1 }], groups: { G0: ['Org1MSP'], G1: ['Org2MSP'] } })));
  });

  it('tells the organisations’ certificates, where envelopes are taken, and by which root that machine is known', async () => {
    const [result] = await ask([configQuery(channelId)]);
    const config = result?.getConfigResult();
    const msps = new Map(listEntries<msp.FabricMSPConfig>(config?.getMspsMap()));
    expect([...msps.keys()]).toEqual(['OrdererMSP', 'Org1MSP', 'Org2MSP']);
    const org1 = msps.get('Org1MSP');
    const user = new X509Certificate(test.city.issue('Org1MSP', 'client').pem);
    expect(org1?.getName()).toBe('Org1MSP');
    expect(org1?.getRootCertsList_asU8().map((pem) => user.verify(new X509Certificate(pem).publicKey))).toEqual([true]);
    expect(org1?.getFabricNodeOus()?.getEnable()).toBe(true);
    expect(org1?.getTlsRootCertsList_asU8().map((pem) => new X509Certificate(pem).fingerprint256)).toEqual([new X509Certificate(test.root).fingerprint256]);
    const orderers = listEntries<discovery.Endpoints>(config?.getOrderersMap()).map(([mspId, endpoints]) => [mspId, endpoints.getEndpointList().map((one) => `${one.getHost()}:${one.getPort()}`)]);
    expect(orderers).toEqual([['OrdererMSP', ['orderer.test:7050']]]);
  });

  it('tells an organisation’s administrator, and nobody else of it, about peers without a channel', async () => {
    const admin = test.city.issue('Org2MSP', 'admin');
    const [result] = await ask([localPeersQuery()], { user: admin });
    const members = membersOf(result);
    expect(Object.keys(members)).toEqual(['Org1MSP', 'Org2MSP']);
    expect(members.Org1MSP).toEqual([{ mspId: 'Org1MSP', endpoint: 'org1msp.test:7051', height: undefined, chaincodes: undefined }]);
    expect(errorsOf(await ask([localPeersQuery()]))).toEqual(['access denied']);
    expect(errorsOf(await ask([localPeersQuery()], { user: test.city.issue('OrdererMSP', 'admin') }))).toEqual(['access denied']);
  });

  it('answers each question for itself, in the order of the questions', async () => {
    const results = await ask([
      endorsersQuery(channelId, [[callOf('ghost')]]),
      configQuery('elsewhere'),
      peersQuery(channelId, [callOf('ghost')]),
      peersQuery(channelId, [callOf('basic', ['nothing'])]),
      configQuery(channelId),
      localPeersQuery(channelId),
      endorsersQuery(channelId, []),
      endorsersQuery(channelId, [[]]),
      endorsersQuery(channelId, [[callOf('')]]),
    ]);
    expect(errorsOf(results)).toEqual([
      'failed constructing descriptor for chaincodes:{name:"ghost"}',
      'access denied',
      `No metadata was found for chaincode ghost in channel ${channelId}`,
      "collection nothing doesn't exist in collection config for chaincode basic",
      undefined,
      'unknown or missing request type',
      'chaincode query must have at least one chaincode interest',
      'chaincode interest must contain at least one chaincode',
      'chaincode name in interest cannot be empty',
    ]);
    expect(errorsOf(await ask([configQuery('')], { user: test.city.issue('Org1MSP', 'admin') }))).toEqual(['unknown or missing request type']);
  });

  it('tells nothing to who is no writer of the channel, or did not sign', async () => {
    const asked = [configQuery(channelId), peersQuery(channelId), endorsersQuery(channelId, [[callOf('basic')]])];
    const denied = ['access denied', 'access denied', 'access denied'];
    expect(errorsOf(await ask(asked, { user: test.city.issue('OrdererMSP', 'client') }))).toEqual(denied);
    // A peer reads the channel and does not write.
    expect(errorsOf(await ask(asked, { user: test.city.issue('Org1MSP', 'peer') }))).toEqual(denied);
    const [user, other] = [test.city.issue('Org1MSP', 'client'), test.city.issue('Org1MSP', 'client')];
    expect(errorsOf(await ask(asked, { user: { ...user, sign: (message) => other.sign(message) } }))).toEqual(denied);
  });

  it('counts each question and interest, and says when the plan allows no more', async () => {
    let taken = 0;
    const before = test.city.quota;
    test.city.quota = { ...before, takeRequest: () => ((taken += 1) > 2 ? { message: 'enough for today' } : undefined) };
    try {
      expect(errorsOf(await ask([endorsersQuery(channelId, [[callOf('basic')], [callOf('basic')]]), configQuery('elsewhere')]))).toEqual([undefined, 'access denied']);
      expect(await codeOf(ask([configQuery(channelId)]))).toEqual([status.RESOURCE_EXHAUSTED, 'enough for today']);
    } finally {
      test.city.quota = before;
    }
  });
});

describe('a request for discovery that is none', () => {
  it('is refused when it is not bound to its connection', async () => {
    const asked = [configQuery(channelId)];
    expect(await codeOf(ask(asked, { hasCertificate: false }))).toEqual([status.UNKNOWN, "client didn't send a TLS certificate"]);
    expect(await codeOf(ask(asked, { claimedHash: Buffer.alloc(32) }))).toEqual([status.UNKNOWN, "client claimed TLS hash doesn't match computed TLS hash from gRPC stream"]);
    expect(await codeOf(ask(asked, { hasIdentity: false }))).toEqual([status.UNKNOWN, "access denied, client identity wasn't supplied"]);
    expect(await codeOf(client.send(address, test.city.issue('Org1MSP', 'client'), new Uint8Array(0)))).toEqual([status.UNKNOWN, 'access denied, no authentication info in request']);
    expect(await codeOf(client.send(address, test.city.issue('Org1MSP', 'client'), Buffer.from('0a0301', 'hex')))).toEqual([status.UNKNOWN, expect.stringContaining('failed parsing request: proto: ')]);
    expect(await codeOf(ask(Array.from({ length: 101 }, () => configQuery(channelId))))).toEqual([status.UNKNOWN, 'failed parsing request: proto: more than 100 entries']);
  });

  it(`is answered in words, whatever its questions are (seed ${SEED})`, async () => {
    const random = createRandom(SEED);
    const user = test.city.issue('Org1MSP', 'admin');
    const good = await captured(user);
    for (let round = 0; round < 150; round += 1) {
      const damaged = Buffer.from(good);
      for (let count = 1 + random.below(3); count > 0; count -= 1) damaged[random.below(damaged.length)] = random.below(256);
      const answer = await client.send(address, user, damaged).then(errorsOf, ({ code }: { code: number }) => code);
      if (typeof answer === 'number') expect([status.UNKNOWN, status.RESOURCE_EXHAUSTED], damaged.toString('hex')).toContain(answer);
    }
    expect(test.failures).toEqual([]);
    expect(errorsOf(await ask([configQuery(channelId)]))).toEqual([undefined]);
  });
});

/** The payload of a request with a question of each kind. */
async function captured(user: ReturnType<TestDoor['city']['issue']>): Promise<Uint8Array> {
  let payload = new Uint8Array(0);
  const sign = (message: Uint8Array) => user.sign((payload = Uint8Array.from(message)));
  await ask([configQuery(channelId), peersQuery(channelId, [callOf('basic', ['a'])]), endorsersQuery(channelId, [[callOf('basic'), callOf('_lifecycle')]]), localPeersQuery()], { user: { ...user, sign } });
  return payload;
}
