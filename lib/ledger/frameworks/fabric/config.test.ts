import { common, msp } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { createChannel } from './channel';
import { fabricConfigSchema } from './config';
import { decodeMspConfig } from './msp/decode-msp-config';
import { encodeMspConfig } from './msp/encode-msp-config';
import { FabricRefusal } from './msp/refusal';
import { unpackBlock } from './protocol';
import { TestChannel } from './testing/test-channel';
import { TestChannelPeer } from './testing/test-channel-peer';

const { config } = new TestChannel();

describe('the settings of a channel', () => {
  it.each([
    ['no channel’s name', { channelId: '' }, /cannot be empty/],
    ['a name that clients cannot say', { channelId: 'My_Channel' }, /illegal characters/],
    ['a name that is too long', { channelId: 'a'.repeat(250) }, /longer than 249/],
    ['nobody', { organisations: [] }, /at least|>=1|Too small/i],
    ['one organisation twice', { organisations: [...config.organisations, ...config.organisations] }, /one MSP id/],
    ['a certificate that is none', { organisations: [{ mspId: 'A', rootCertificates: ['hello'] }] }, /PEM is wanted/],
    ['a policy that nobody understands', { policies: { endorsement: 'MOST Endorsement' } }, /unknown rule type/],
    ['a signature policy with an open end', { policies: { lifecycleEndorsement: "OR('Org1MSP.peer'" } }, /./],
    ['an access rule that is no path', { accessRules: { 'peer/Propose': 'Writers' } }, /./],
    ['a word that means nothing', { colour: 'red' }, /colour/],
  ])('refuse %s', (_name, change, words) => {
    const result = fabricConfigSchema.safeParse({ ...config, ...change });
    expect(result.error?.message).toMatch(words);
  });

  it('become what the published classes read as Fabric’s: organisations, policies and access rules', async () => {
    const channel = new TestChannel(['Org1MSP', 'Org2MSP'], { policies: { endorsement: 'ANY Endorsement', lifecycleEndorsement: "OutOf(1, 'Org1MSP.admin')" }, accessRules: { 'peer/Propose': '/Channel/Application/Writers' }, envelopeBytesMax: 70_000 });
    const peer = await TestChannelPeer.open(channel);
    const [envelope = new Uint8Array(0)] = unpackBlock((await peer.query({ kind: 'config-block' })) ?? new Uint8Array(0)).envelopes;
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
    expect(common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0)).getChannelId()).toBe('mychannel');
    const root = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getChannelGroup();
    const application = root?.getGroupsMap().get('Application');
    expect([...(application?.getGroupsMap().keys() ?? [])]).toEqual(['Org1MSP', 'Org2MSP']);
    expect(application?.getPoliciesMap().get('Endorsement')?.getPolicy()?.getType()).toBe(common.Policy.PolicyType.IMPLICIT_META);
    expect(common.ImplicitMetaPolicy.deserializeBinary(application?.getPoliciesMap().get('Endorsement')?.getPolicy()?.getValue_asU8() ?? new Uint8Array(0)).getRule()).toBe(common.ImplicitMetaPolicy.Rule.ANY);
    expect(application?.getPoliciesMap().get('LifecycleEndorsement')?.getPolicy()?.getType()).toBe(common.Policy.PolicyType.SIGNATURE);
    expect(application?.getValuesMap().get('ACLs')).toBeDefined();
    const mspBytes = application?.getGroupsMap().get('Org1MSP')?.getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array(0);
    expect(msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(mspBytes).getConfig_asU8()).getFabricNodeOus()?.getEnable()).toBe(true);
  });

  it('with certificates that lead nowhere make no channel', async () => {
    const broken = { ...config, organisations: [{ mspId: 'Org1MSP', rootCertificates: ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'] }] };
    expect(() => createChannel(fabricConfigSchema.parse(broken))).toThrow(FabricRefusal);
  });
});

describe('an organisation as it describes itself', () => {
  it('comes back from the bytes that stand in the configuration', () => {
    const described = { mspId: 'A', roots: ['root'], intermediates: ['one', 'two'], tlsRoots: ['tls'], tlsIntermediates: ['below'], revocationLists: ['list'], admins: ['admin'], hasNodeUnits: true };
    const text = (list: readonly Uint8Array[]): string[] => list.map((bytes) => Buffer.from(bytes).toString());
    const read = decodeMspConfig(encodeMspConfig(described));
    expect({
      mspId: read.name,
      roots: text(read.roots),
      intermediates: text(read.intermediates),
      tlsRoots: text(read.tlsRoots),
      tlsIntermediates: text(read.tlsIntermediates),
      revocationLists: text(read.revocationLists),
      admins: text(read.admins),
      hasNodeUnits: read.nodeUnits?.isEnabled ?? false,
    }).toEqual(described);
    expect(read.nodeUnits).toMatchObject({ client: { unit: 'client' }, peer: { unit: 'peer' }, admin: { unit: 'admin' }, orderer: { unit: 'orderer' } });
    expect([read.signatureHashFamily, read.identityHash]).toEqual(['SHA2', 'SHA256']);
    expect(decodeMspConfig(encodeMspConfig({ ...described, hasNodeUnits: false })).nodeUnits).toBeUndefined();
  });
});
