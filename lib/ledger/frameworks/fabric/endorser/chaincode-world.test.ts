import { common, peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { ChaincodeRefusal, type ChaincodeRows, type StateRow } from '../../../vm/chaincode';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { parsePolicy } from '../policy/parse-policy';
import { response } from '../protocol';
import { encodeApplicationPolicy } from '../testing/test-policies';
import { TestCity, type TestChaincode } from './testing/test-city';
import { deploy, openContract, refusalOf, type TestUser } from './testing/test-gateway';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString('utf8');
const peers = (city: TestCity, label: string): string[] => city.ran.filter((one) => one.endsWith(` ${label}`)).map((one) => one.split(' ', 1)[0] ?? '');

async function read(rows: ChaincodeRows<StateRow>, most = Infinity): Promise<string> {
  const found: string[] = [];
  for (let row = most > 0 ? await rows.next() : undefined; row !== undefined; row = found.length < most ? await rows.next() : undefined) found.push(`${row.key}=${text(row.value)}`);
  return found.join();
}

function input(args: readonly string[]): Uint8Array {
  const message = new peer.ChaincodeInput();
  message.setArgsList(args.map(bytes));
  return message.serializeBinary();
}

/** Every request that a contract can make, by name. */
const every: TestChaincode = async ([name, ...args], world) => {
  const [a = '', b = '', c = ''] = args;
  switch (name) {
    case 'put':
      await world.putState(a, b, bytes(c));
      return 'put';
    case 'get':
      return text(await world.getState(a, b));
    case 'hash':
      return Buffer.from((await world.getPrivateDataHash(a, b)) ?? []).toString('hex');
    case 'delete':
      await world.delState(a, b);
      return 'deleted';
    case 'policy':
      await world.putStateMetadata(a, b, 'VALIDATION_PARAMETER', encodeSignaturePolicy(parsePolicy(c)));
      return 'policy';
    case 'range':
      return read(await world.getStateByRange(a, b, c));
    case 'page': {
      const rows = await world.getStateByRange('', '', '', { size: Number(a), bookmark: b });
      return `${await read(rows, Number(a))} then ${rows.bookmark()}`;
    }
    case 'query':
      return read(await world.getQueryResult('', a));
    case 'history': {
      const rows = await world.getHistoryForKey(a);
      const found: string[] = [];
      for (let row = await rows.next(); row !== undefined; row = await rows.next()) found.push(row.isDelete ? 'deleted' : text(row.value));
      return found.join();
    }
    case 'call': {
      const reply = await world.invokeChaincode(a, b, input(args.slice(2)));
      if (reply.isError) throw new ChaincodeRefusal(text(reply.payload));
      const { status, message, payload } = response.decode(reply.payload);
      return status === 200 ? text(payload) : `${status} ${message}`;
    }
    default:
      return 'nothing';
  }
};

function collections(...all: { readonly name: string; readonly members: string; readonly policy?: string; readonly only?: boolean }[]): peer.CollectionConfigPackage {
  const configs = all.map(({ name, members, policy, only = false }) => {
    const memberPolicy = new peer.CollectionPolicyConfig();
    memberPolicy.setSignaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(encodeSignaturePolicy(parsePolicy(members))));
    const one = new peer.StaticCollectionConfig();
    one.setName(name);
    one.setMemberOrgsPolicy(memberPolicy);
    one.setMaximumPeerCount(1);
    one.setMemberOnlyRead(only);
    one.setMemberOnlyWrite(only);
    if (policy !== undefined) one.setEndorsementPolicy(peer.ApplicationPolicy.deserializeBinary(encodeApplicationPolicy(policy)));
    const config = new peer.CollectionConfig();
    config.setStaticCollectionConfig(one);
    return config;
  });
  const whole = new peer.CollectionConfigPackage();
  whole.setConfigList(configs);
  return whole;
}

const mspIds = ['Org1MSP', 'Org2MSP', 'Org3MSP'];

async function openCity(options: { readonly policy?: string; readonly collections?: peer.CollectionConfigPackage } = {}): Promise<TestCity> {
  const city = new TestCity(mspIds);
  city.addChannel('one');
  city.chaincodes.set('every', every);
  const policy = encodeApplicationPolicy(options.policy ?? "OR('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
  await deploy(city, 'one', { name: 'every', packages: { Org1MSP: 'every', Org2MSP: 'every', Org3MSP: 'every' }, policy, ...(options.collections ? { collections: options.collections } : {}) });
  return city;
}

const user = (city: TestCity, mspId: string): TestUser => ({ mspId, signer: city.organisation(mspId).issue({ units: ['client'] }) });
const contractOf = (city: TestCity, mspId = 'Org1MSP', channelId = 'one', name = 'every') => openContract(city, user(city, mspId), channelId, name);

describe('the state of a chaincode', () => {
  it('is read by key, range, page, query and history, as committed', async () => {
    const city = await openCity();
    const contract = contractOf(city);
    for (const [key, value] of [['a', '{"n":1}'], ['b', '{"n":2}'], ['c', '{"n":3}'], ['a', '{"n":4}']] as const) await contract.submitTransaction('put', '', key, value);
    await contract.submitTransaction('delete', '', 'b');
    expect(text(await contract.evaluateTransaction('get', '', 'a'))).toBe('{"n":4}');
    expect(text(await contract.evaluateTransaction('range', '', 'a', 'b'))).toBe('a={"n":4}');
    expect(text(await contract.evaluateTransaction('page', '1', ''))).toBe('a={"n":4} then c');
    expect(text(await contract.evaluateTransaction('page', '5', 'c'))).toBe('c={"n":3} then ');
    expect(text(await contract.evaluateTransaction('query', '{"selector":{"n":{"$gt":3}}}'))).toBe('a={"n":4}');
    expect(text(await contract.evaluateTransaction('history', 'b'))).toBe('deleted,{"n":2}');
  });

  it('refuses in the chaincode\'s hearing what the world state refuses', async () => {
    const city = await openCity();
    const refusal = await refusalOf(contractOf(city).evaluateTransaction('query', 'no json'));
    expect(refusal.details[0]).toMatch(/^Org1MSP: error in simulation: transaction returned with failure: /);
    expect((await refusalOf(contractOf(city).submitTransaction('put', '', 'k'.repeat(2_000), 'v'))).details[0]).toContain('at most 768 are possible');
  });
});

describe('chaincodes that call one another', () => {
  it('share the transaction in one channel, each under its own name, and both have to endorse', async () => {
    const city = await openCity();
    city.chaincodes.set('other', every);
    await deploy(city, 'one', { name: 'other', packages: { Org1MSP: 'other', Org2MSP: 'other', Org3MSP: undefined }, policy: encodeApplicationPolicy("AND('Org1MSP.peer', 'Org2MSP.peer')") });
    await contractOf(city).submitTransaction('call', 'other', '', 'put', '', 'key', 'value');
    expect(text(await contractOf(city, 'Org1MSP', 'one', 'other').evaluateTransaction('get', '', 'key'))).toBe('value');
    expect(text(await contractOf(city).evaluateTransaction('get', '', 'key'))).toBe('');
    expect(peers(city, 'other').slice(0, 2)).toEqual(['Org1MSP', 'Org2MSP']);
  });

  it('only read in another channel, of which the caller must be a writer', async () => {
    const city = await openCity();
    city.addChannel('two', ['Org1MSP', 'Org2MSP']);
    await deploy(city, 'two', { name: 'every', packages: { Org1MSP: 'every', Org2MSP: 'every' }, policy: encodeApplicationPolicy("OR('Org1MSP.peer')") });
    await contractOf(city, 'Org1MSP', 'two').submitTransaction('put', '', 'there', 'yes');
    expect(text(await contractOf(city).submitTransaction('call', 'every', 'two', 'get', '', 'there'))).toBe('yes');
    await contractOf(city).submitTransaction('call', 'every', 'two', 'put', '', 'there', 'no');
    expect(text(await contractOf(city, 'Org1MSP', 'two').evaluateTransaction('get', '', 'there'))).toBe('yes');
    const denied = await refusalOf(contractOf(city, 'Org3MSP').evaluateTransaction('call', 'every', 'two', 'get', '', 'there'));
    expect(denied.details[0]).toMatch(/on channel \[two\] with policy \[\/Channel\/Application\/Writers\]/);
    // There another authority stands behind the name of the caller's organisation.
    city.channels.set('three', new TestCity(['Org1MSP']).addChannel('three'));
    expect((await refusalOf(contractOf(city).evaluateTransaction('call', 'every', 'three', 'get', '', 'there'))).details[0]).toMatch(/on channel \[three\] with policy \[\/Channel\/Application\/Writers\]/);
    expect((await refusalOf(contractOf(city).evaluateTransaction('call', 'every', 'ghost', 'get', '', 'there'))).details[0]).toContain('Failed to get policy manager for channel [ghost]');
    expect([city.channel('one').held, city.channel('two').held]).toEqual([0, 0]);
  });

  it('hear why a call came to nothing, and do not call each other for ever', async () => {
    const city = await openCity();
    expect((await refusalOf(contractOf(city).evaluateTransaction('call', 'ghost', '', 'get'))).details[0]).toMatch(
      /transaction returned with failure: execute failed: invalid invocation: \[channel one\] failed to get chaincode container info for ghost: chaincode ghost not found$/,
    );
    const deep = Array.from({ length: 40 }, () => ['every', '', 'call']).flat();
    expect((await refusalOf(contractOf(city).evaluateTransaction('call', ...deep))).details[0]).toContain('chaincodes call one another more than 16 deep');
    expect(text(await contractOf(city).evaluateTransaction('call', 'qscc', '', 'GetChainInfo', 'one'))).toBe(
      "500 Rejecting invoke of QSCC from another chaincode because of potential for deadlocks, original invocation for 'every'",
    );
  });
});

describe('private data', () => {
  const two = collections({ name: 'shared', members: "OR('Org1MSP.member', 'Org2MSP.member')", only: true }, { name: 'open', members: "OR('Org1MSP.member')" });

  it('reaches members, after its plaintext was kept; others have its hash', async () => {
    const city = await openCity({ collections: two });
    await contractOf(city).submit('put', { arguments: ['shared', 'secret', 'x'], transientData: { any: 'thing' } });
    expect(city.plaintexts.map(({ channelId, mspId }) => `${channelId} ${mspId}`).at(-1)).toBe('one Org1MSP');
    expect(text(await contractOf(city, 'Org2MSP').evaluateTransaction('get', 'shared', 'secret'))).toBe('x');
    expect(text(await contractOf(city, 'Org3MSP').evaluateTransaction('hash', 'shared', 'secret'))).toBe('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881');
    expect(text(await contractOf(city).evaluateTransaction('range', 'shared', '', ''))).toBe('secret=x');
  });

  it('is not endorsed unless the plaintext could be kept', async () => {
    const city = await openCity({ collections: two });
    const ports = city.ports({ keepPlaintext: () => Promise.reject(new Error('the disk is full')) });
    await expect(openContract(city, user(city, 'Org1MSP'), 'one', 'every', ports).submitTransaction('put', 'shared', 'k', 'v')).rejects.toThrow('the disk is full');
    expect(text(await contractOf(city).evaluateTransaction('hash', 'shared', 'k'))).toBe('');
  });

  it('is closed to clients that are no members, where the collection says so', async () => {
    const city = await openCity({ collections: two });
    for (const [right, call] of [['read', 'get'], ['write', 'put']] as const) {
      const denied = await refusalOf(contractOf(city, 'Org3MSP').evaluate(call, { arguments: ['shared', 'k', 'v'], endorsingOrganizations: ['Org1MSP'] }));
      expect(denied.details[0]).toContain(`tx creator does not have ${right} access permission on privatedata in chaincodeName:every collectionName: shared`);
    }
    expect(text(await contractOf(city, 'Org3MSP').evaluateTransaction('put', 'open', 'k', 'v'))).toBe('put');
  });

  it('is not there for an organisation that is no member, though its peer stands beside a member\'s', async () => {
    const city = await openCity({ collections: two });
    await contractOf(city).submitTransaction('put', 'open', 'k', 'v');
    expect(text(await contractOf(city).evaluateTransaction('get', 'open', 'k'))).toBe('v');
    const refusal = await refusalOf(contractOf(city, 'Org3MSP').evaluate('get', { arguments: ['open', 'k'], endorsingOrganizations: ['Org3MSP'] }));
    expect(refusal.details[0]).toContain('private data matching public hash version is not available');
    expect(text(await contractOf(city, 'Org3MSP').evaluate('range', { arguments: ['open', '', ''], endorsingOrganizations: ['Org3MSP'] }))).toBe('');
  });

  it('of an unknown collection is refused, of an organisation\'s own collection never', async () => {
    const city = await openCity({ collections: two });
    expect((await refusalOf(contractOf(city).evaluateTransaction('get', 'ghost', 'k'))).details[0]).toContain('collection one/every/ghost could not be found');
    await contractOf(city).submitTransaction('put', '_implicit_org_Org1MSP', 'k', 'mine');
    expect(text(await contractOf(city).evaluateTransaction('get', '_implicit_org_Org1MSP', 'k'))).toBe('mine');
  });
});

describe('whom the gateway asks', () => {
  it('is whom a collection\'s own policy names, instead of the chaincode\'s', async () => {
    const city = await openCity({ collections: collections({ name: 'c', members: "OR('Org1MSP.member', 'Org2MSP.member')", policy: "AND('Org1MSP.peer', 'Org2MSP.peer')" }) });
    await contractOf(city).submitTransaction('put', 'c', 'k', 'v');
    expect(peers(city, 'every').sort()).toEqual(['Org1MSP', 'Org2MSP']);
  });

  it('is whom the policy of a key names', async () => {
    const city = await openCity();
    await contractOf(city).submitTransaction('put', '', 'k', 'v');
    await contractOf(city).submitTransaction('policy', '', 'k', "AND('Org2MSP.peer', 'Org3MSP.peer')");
    city.ran.length = 0;
    await contractOf(city).submitTransaction('put', '', 'k', 'w');
    expect(peers(city, 'every').sort()).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
    city.ran.length = 0;
    await contractOf(city).submitTransaction('put', '', 'free', 'w');
    expect(peers(city, 'every')).toEqual(['Org1MSP']);
  });

  it('is not whom the chaincode\'s policy names, when all that is written has policies of its own', async () => {
    const city = await openCity({ policy: "AND('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')" });
    await contractOf(city).submitTransaction('put', '', 'k', 'v');
    await contractOf(city).submitTransaction('policy', '', 'k', "OR('Org1MSP.peer')");
    city.ran.length = 0;
    await contractOf(city).submitTransaction('put', '', 'k', 'w');
    expect(peers(city, 'every')).toEqual(['Org1MSP']);
  });

  it('are no strangers to a collection whose plaintext was read, or for which something secret came along', async () => {
    const city = await openCity({ policy: "AND('Org1MSP.peer', 'Org3MSP.peer')", collections: collections({ name: 'c', members: "OR('Org1MSP.member')" }) });
    expect((await refusalOf(contractOf(city).submitTransaction('get', 'c', 'k'))).message).toBe(
      'no combination of peers can be derived which satisfy the endorsement policy: no peer combination can satisfy the endorsement policy',
    );
    expect((await refusalOf(contractOf(city).submit('put', { arguments: ['c', 'k', 'v'], transientData: { secret: 'x' } }))).message).toBe(
      'requires endorsement from organisation(s) that are not in the distribution policy of the private data collection(s): [c]; retry specifying trusted endorsing organizations to protect transient data',
    );
    await contractOf(city).submitTransaction('put', 'c', 'k', 'v');
    expect(peers(city, 'every').slice(-2).sort()).toEqual(['Org1MSP', 'Org3MSP']);
  });

  it('is nobody but the gateway\'s own organisation with something secret, when it has no peer for it', async () => {
    const city = await openCity();
    city.signers.delete('Org1MSP');
    const secret = { arguments: ['', 'k', 'v'], transientData: { secret: 'x' } };
    expect((await refusalOf(contractOf(city).submit('put', secret))).message).toBe("no endorsers found in the gateway's organization; retry specifying endorsing organization(s) to protect transient data");
    expect((await refusalOf(contractOf(city).evaluate('put', secret))).message).toBe(
      "no endorsers found in the gateway's organization; retry specifying target organization(s) to protect transient data: no peers available to evaluate chaincode every in channel one",
    );
    expect(city.ran).toEqual([]);
    await contractOf(city).submitTransaction('put', '', 'k', 'v');
    expect(peers(city, 'every')).toEqual(['Org2MSP']);
  });
});
