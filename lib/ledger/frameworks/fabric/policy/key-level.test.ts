import { describe, expect, it } from 'vitest';
import { readConfigGroup } from '../msp/config-group';
import { createMspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { createTestOrganisation } from '../testing/test-organisation';
import { createChannelGroups, createConfigGroup, encodeApplicationPolicy, encodePolicyReference } from '../testing/test-policies';
import { createPolicyManager } from './create-policy-manager';
import { encodeSignaturePolicy } from './encode-signature-policy';
import { createKeyLevelValidation, listWrittenNamespaces, type EndorsementState, type NamespaceWrites, type PolicyKey } from './key-level';
import { parsePolicy } from './parse-policy';

const orgs = ['Org1MSP', 'Org2MSP', 'Org3MSP'].map((mspId) => createTestOrganisation(mspId));
const msps = createMspManager(orgs.map((org) => org.createMsp()));
const peers = Object.fromEntries(orgs.map((org) => [org.mspId, msps.deserializeIdentity(org.issue().serialized)]));
const by = (...mspIds: string[]): Identity[] => mspIds.map((mspId) => peers[mspId] as Identity);
const channel = createPolicyManager(readConfigGroup(createConfigGroup(createChannelGroups(['Org1MSP', 'Org2MSP', 'Org3MSP'])).serializeBinary()));
const hash = Buffer.from('aa'.repeat(32), 'hex');
const peersOf = (...mspIds: string[]) => encodeSignaturePolicy(parsePolicy(`AND(${mspIds.map((mspId) => `'${mspId}.peer'`).join(', ')})`));

interface Scene {
  /** Policies of keys: `cc/collection/key` → bytes. */
  readonly keys?: Readonly<Record<string, Uint8Array>>;
  readonly collections?: Readonly<Record<string, Uint8Array>>;
}

const nameOf = ({ namespace, collection, key }: PolicyKey) => `${namespace}/${collection}/${typeof key === 'string' ? key : Buffer.from(key).toString('hex')}`;

function stateOf({ keys = {}, collections = {} }: Scene): EndorsementState {
  return {
    keyPolicy: (key) => keys[nameOf(key)],
    collectionPolicy(namespace, collection) {
      const policy = collections[`${namespace}/${collection}`];
      return policy ? { policy } : { reason: `collection ${namespace}/${collection} could not be found` };
    },
  };
}

const none: NamespaceWrites = { namespace: 'cc', writes: [], metadataWrites: [], collections: [] };
const writesTo = (...writes: string[]): NamespaceWrites => ({ ...none, writes });
const privateWrite: NamespaceWrites = { ...none, collections: [{ name: 'coll', hashedWrites: [hash], hashedMetadataWrites: [] }] };
const chaincodePolicy = encodeApplicationPolicy('OR(\'Org1MSP.peer\')');

function check(scene: Scene, writes: readonly NamespaceWrites[], endorsers: Identity[], policy = chaincodePolicy): string | undefined {
  return createKeyLevelValidation(5n, stateOf(scene), channel).validate({ transaction: 2, namespace: 'cc', policy, writes, endorsers });
}

describe('endorsement of what a transaction writes', () => {
  it('is by the chaincode\'s policy where a key has none, and also where nothing is written', () => {
    const reason = 'validation of endorsement policy for chaincode cc in tx 5:2 failed: signature set did not satisfy policy';
    for (const writes of [[writesTo('a')], [none], [], [{ ...writesTo('a'), namespace: 'other' }]]) {
      expect(check({}, writes, by('Org1MSP'))).toBeUndefined();
      expect(check({}, writes, by('Org2MSP'))).toBe(reason);
    }
    expect(check({}, [writesTo('a')], by('Org1MSP', 'Org2MSP'), encodePolicyReference('/Channel/Application/Endorsement'))).toBeUndefined();
    expect(check({}, [writesTo('a')], by('Org1MSP'), encodePolicyReference('/Channel/Application/Endorsement'))).toContain('implicit policy evaluation failed');
  });

  it('is by the key\'s policy alone when every written key has one', () => {
    const keys = { 'cc//a': peersOf('Org2MSP'), 'cc//b': peersOf('Org3MSP') };
    expect(check({ keys }, [writesTo('a')], by('Org2MSP'))).toBeUndefined();
    expect(check({ keys }, [writesTo('a')], by('Org1MSP'))).toBe('validation of key a (coll\'\':ns\'cc\') in tx 5:2 failed: signature set did not satisfy policy');
    expect(check({ keys }, [writesTo('a', 'b')], by('Org2MSP'))).toContain('validation of key b');
    expect(check({ keys }, [writesTo('a', 'b')], by('Org2MSP', 'Org3MSP'))).toBeUndefined();
  });

  it('is by both where one key has a policy and another has none', () => {
    const keys = { 'cc//a': peersOf('Org2MSP') };
    expect(check({ keys }, [writesTo('a', 'z')], by('Org2MSP'))).toContain('policy for chaincode cc');
    expect(check({ keys }, [writesTo('z', 'a')], by('Org1MSP'))).toContain('validation of key a');
    expect(check({ keys }, [writesTo('a', 'z')], by('Org1MSP', 'Org2MSP'))).toBeUndefined();
  });

  it('asks the policy of a key whose policy is changed, also when its value is not', () => {
    const keys = { 'cc//a': peersOf('Org2MSP'), [`cc/coll/${hash.toString('hex')}`]: peersOf('Org3MSP') };
    expect(check({ keys }, [{ ...none, metadataWrites: ['a'] }], by('Org1MSP'))).toContain('validation of key a');
    expect(check({ keys }, [{ ...none, metadataWrites: ['a'] }], by('Org2MSP'))).toBeUndefined();
    const metadata = { ...none, collections: [{ name: 'coll', hashedWrites: [], hashedMetadataWrites: [hash] }] };
    expect(check({ keys }, [metadata], by('Org1MSP'))).toContain(`validation of key ${hash.toString('hex')} (coll'coll':ns'cc')`);
    expect(check({ keys }, [metadata], by('Org3MSP'))).toBeUndefined();
  });

  it('asks a collection\'s policy for its keys, the chaincode\'s when it has none, and fails for no collection', () => {
    const own = { collections: { 'cc/coll': encodeApplicationPolicy('OR(\'Org2MSP.peer\')') } };
    expect(check(own, [privateWrite], by('Org2MSP'))).toBeUndefined();
    expect(check(own, [privateWrite], by('Org1MSP'))).toContain('validation of endorsement policy for collection coll chaincode cc in tx 5:2 failed');
    const inherited = { collections: { 'cc/coll': new Uint8Array() } };
    expect(check(inherited, [privateWrite], by('Org1MSP'))).toBeUndefined();
    expect(check(inherited, [privateWrite], by('Org2MSP'))).toContain('policy for chaincode cc');
    expect(check({}, [privateWrite], by('Org1MSP'))).toBe('collection cc/coll could not be found');
  });

  it('asks a private key\'s own policy before its collection\'s', () => {
    const scene = { keys: { [`cc/coll/${hash.toString('hex')}`]: peersOf('Org3MSP') }, collections: { 'cc/coll': encodeApplicationPolicy('OR(\'Org2MSP.peer\')') } };
    expect(check(scene, [privateWrite], by('Org3MSP'))).toBeUndefined();
    expect(check(scene, [privateWrite], by('Org2MSP'))).toContain('validation of key');
  });

  it('fails, and nothing else does, at a key whose policy cannot be read', () => {
    const keys = { 'cc//a': Buffer.from('no policy') };
    expect(check({ keys }, [writesTo('a')], by('Org1MSP'))).toContain('SignaturePolicyEnvelope is malformed');
    expect(check({ keys }, [writesTo('b')], by('Org1MSP'))).toBeUndefined();
    expect(check({}, [writesTo('b')], by('Org1MSP'), Buffer.from('no policy'))).toContain('ApplicationPolicy is malformed');
  });

  it('fails for a key whose policy an endorsed transaction before it in the block changes', () => {
    const block = createKeyLevelValidation(5n, stateOf({ keys: { 'cc//a': peersOf('Org2MSP') } }), channel);
    const validate = (transaction: number, writes: readonly NamespaceWrites[]) => block.validate({ transaction, namespace: 'cc', policy: chaincodePolicy, writes, endorsers: by('Org1MSP', 'Org2MSP') });
    const change = [{ ...none, metadataWrites: ['a'] }];
    expect(validate(0, change)).toBeUndefined();
    expect(validate(1, [writesTo('a')])).toBeUndefined();
    block.endorsed(0, change);
    expect(validate(2, [writesTo('a')])).toBe('validation parameters for key [a] in namespace [cc:] have been changed in transaction 0 of block 5');
    expect(validate(3, [writesTo('b')])).toBeUndefined();
    const hashed = [{ ...none, collections: [{ name: 'coll', hashedWrites: [], hashedMetadataWrites: [hash] }] }];
    block.endorsed(3, hashed);
    expect(validate(4, [privateWrite])).toContain('have been changed in transaction 3 of block 5');
    expect(validate(4, [writesTo(hash.toString('hex'))])).toBeUndefined();
  });
});

describe('listWrittenNamespaces', () => {
  it('names the invoked chaincode and those that are written to, not those that are only read', () => {
    const other = { ...none, namespace: 'a-reader' };
    expect(listWrittenNamespaces('cc', [other, none])).toEqual(['cc']);
    expect(listWrittenNamespaces('cc', [{ ...writesTo('k'), namespace: 'z' }, { ...privateWrite, namespace: 'b' }, { ...none, namespace: 'm', metadataWrites: ['k'] }, other])).toEqual(['b', 'cc', 'm', 'z']);
  });
});
