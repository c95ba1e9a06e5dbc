import { describe, expect, it } from 'vitest';
import { createTestAuthority, createTestOrganisation, type TestSigner } from '../testing/test-organisation';
import { createChannelGroups, createConfigGroup, type TestGroup } from '../testing/test-policies';
import { createChannelRules } from './create-channel-rules';
import { evaluateSignedData } from './evaluate-signed-data';

const [one, two] = [createTestOrganisation('Org1MSP'), createTestOrganisation('Org2MSP')];
const groups = createChannelGroups(['Org1MSP', 'Org2MSP'], { Org1MSP: one.encodeConfig(), Org2MSP: two.encodeConfig() });
const create = (group: TestGroup) => createChannelRules(createConfigGroup(group).serializeBinary());
const data = Buffer.from('envelope');
const signedBy = (signer: TestSigner) => ({ data, identity: signer.serialized, signature: signer.sign(data) });

describe('createChannelRules', () => {
  it('knows the organisations of a configuration and holds signatures against its policies', () => {
    const { msps, policies } = create(groups);
    expect([...msps.msps.keys()]).toEqual(['Org1MSP', 'Org2MSP']);
    const evaluate = (path: string, ...signers: TestSigner[]) => evaluateSignedData(policies.getPolicy(path), signers.map(signedBy), msps);
    const [client, peer, otherPeer] = [one.issue({ units: ['client'] }), one.issue(), two.issue()];
    expect(evaluate('/Channel/Writers', client)).toBeUndefined();
    expect(evaluate('/Channel/Writers', createTestOrganisation('Org1MSP').issue({ units: ['client'] }))).toBeDefined();
    expect(evaluate('/Channel/Application/Endorsement', peer, otherPeer)).toBeUndefined();
    expect(evaluate('/Channel/Application/Endorsement', peer, one.issue())).toBeDefined();
  });

  it('takes an organisation that stands in two groups with one MSP, and none with two', () => {
    const orderer = (config: Uint8Array): TestGroup => ({ ...groups, groups: { ...groups.groups, Orderer: { groups: { OrdererOrg: { values: { MSP: config } } } } } });
    expect(create(orderer(one.encodeConfig())).msps.msps.size).toBe(2);
    expect(() => create(orderer(one.encodeConfig({ roots: [createTestAuthority('other').pem] })))).toThrow('attempted to define two different versions of MSP: Org1MSP');
  });

  it('refuses a configuration with one bad organisation, and says which', () => {
    const bad = createChannelGroups(['Org1MSP', 'Org2MSP'], { Org1MSP: one.encodeConfig(), Org2MSP: two.encodeConfig({ roots: [] }) });
    expect(() => create(bad)).toThrow('MSP Org2MSP: expected at least one CA certificate');
  });
});
