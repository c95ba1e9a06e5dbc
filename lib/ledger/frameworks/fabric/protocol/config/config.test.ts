import { common, msp, orderer, peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../testing/random';
import { readRealBlocks } from '../../vectors/read-block-file';
import { readLastConfigIndex } from '../block/read-metadata';
import { unpackBlock } from '../block/unpack-block';
import { channelHeader, configEnvelope, envelope, payload, type ConfigGroup } from '../messages';
import { serialise } from '../testing/make-message';
import { computeTxId } from '../tx-id';
import { buildGenesisBlock, type GenesisOptions } from './build-genesis-block';
import { checkChannelId, ConfigInvalid } from './check-channel-id';
import { readChannelConfig } from './read-channel-config';

const mspConfig = (name: string) => serialise(msp.MSPConfig, { Type: 0, Config: serialise(msp.FabricMSPConfig, { Name: name, RootCertsList: [Buffer.from('certificate')] }) });
const options: GenesisOptions = {
  channelId: 'assets',
  timestampSeconds: 1_764_540_000n,
  nonce: Buffer.alloc(24, 7),
  organisations: [
    { name: 'Org2MSP', mspId: 'Org2MSP', mspConfig: mspConfig('Org2MSP') },
    { name: 'Org1MSP', mspId: 'Org1MSP', mspConfig: mspConfig('Org1MSP'), anchorPeers: [{ host: 'peer.example', port: 7051 }] },
  ],
  orderer: {
    organisations: [{ name: 'OrdererOrg', mspId: 'OrdererMSP', mspConfig: mspConfig('OrdererMSP'), endpoints: ['orderer.example:7050'] }],
    consensusType: 'solo',
    batch: { maxMessageCount: 500, absoluteMaxBytes: 2_097_152, preferredMaxBytes: 524_288, timeout: '2s' },
  },
  accessRules: new Map([['peer/Propose', '/Channel/Application/Writers']]),
};

function readGroup(block: Uint8Array): common.ConfigGroup {
  const read = common.Block.deserializeBinary(block);
  const outer = common.Envelope.deserializeBinary(read.getData()?.getDataList_asU8()[0] ?? new Uint8Array(0));
  const group = common.ConfigEnvelope.deserializeBinary(common.Payload.deserializeBinary(outer.getPayload_asU8()).getData_asU8()).getConfig()?.getChannelGroup();
  if (!group) throw new Error('no channel group');
  return group;
}
const groupOf = (group: common.ConfigGroup, ...names: string[]) => names.reduce((one, name) => one.getGroupsMap().get(name) ?? new common.ConfigGroup(), group);
const valueOf = (group: common.ConfigGroup, name: string) => group.getValuesMap().get(name)?.getValue_asU8() ?? new Uint8Array(0);

/** Every value of a configuration, read as `configtxlator` reads it: by its name. */
const readers: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  HashingAlgorithm: (bytes) => common.HashingAlgorithm.deserializeBinary(bytes).toObject(),
  BlockDataHashingStructure: (bytes) => common.BlockDataHashingStructure.deserializeBinary(bytes).toObject(),
  Capabilities: (bytes) => common.Capabilities.deserializeBinary(bytes).getCapabilitiesMap().getEntryList().map(([name]: [string, unknown]) => name),
  BatchSize: (bytes) => orderer.BatchSize.deserializeBinary(bytes).toObject(),
  BatchTimeout: (bytes) => orderer.BatchTimeout.deserializeBinary(bytes).toObject(),
  ChannelRestrictions: (bytes) => orderer.ChannelRestrictions.deserializeBinary(bytes).toObject(),
  ConsensusType: (bytes) => orderer.ConsensusType.deserializeBinary(bytes).toObject(),
  Endpoints: (bytes) => common.OrdererAddresses.deserializeBinary(bytes).toObject(),
  AnchorPeers: (bytes) => peer.AnchorPeers.deserializeBinary(bytes).toObject(),
  ACLs: (bytes) => peer.ACLs.deserializeBinary(bytes).getAclsMap().getEntryList().map(([name]: [string, unknown]) => [name, peer.ACLs.deserializeBinary(bytes).getAclsMap().get(name)?.getPolicyRef()]),
  MSP: (bytes) => msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(bytes).getConfig_asU8()).getName(),
};

function describeGroup(group: common.ConfigGroup): unknown {
  const values: Record<string, unknown> = {};
  group.getValuesMap().forEach((value: common.ConfigValue, name: string) => {
    expect(value.getModPolicy()).toBe('Admins');
    values[name] = readers[name]?.(value.getValue_asU8());
  });
  const policies: Record<string, unknown> = {};
  group.getPoliciesMap().forEach((one: common.ConfigPolicy, name: string) => {
    expect(one.getModPolicy()).toBe('Admins');
    policies[name] = describePolicy(one.getPolicy() ?? new common.Policy());
  });
  const groups: Record<string, unknown> = {};
  group.getGroupsMap().forEach((one: common.ConfigGroup, name: string) => {
    groups[name] = describeGroup(one);
  });
  return { values, policies, groups };
}

function describePolicy(policy: common.Policy): string {
  if (policy.getType() === common.Policy.PolicyType.IMPLICIT_META) {
    const { rule, subPolicy } = common.ImplicitMetaPolicy.deserializeBinary(policy.getValue_asU8()).toObject();
    return `${['ANY', 'ALL', 'MAJORITY'][rule]} ${subPolicy}`;
  }
  const signed = common.SignaturePolicyEnvelope.deserializeBinary(policy.getValue_asU8());
  const rule = signed.getRule()?.getNOutOf();
  const roles = signed.getIdentitiesList().map((one) => msp.MSPRole.deserializeBinary(one.getPrincipal_asU8()).toObject());
  const names = rule?.getRulesList().map((one) => {
    expect(one.getTypeCase()).toBe(common.SignaturePolicy.TypeCase.SIGNED_BY);
    const role = roles[one.getSignedBy()];
    return `${role?.mspIdentifier}.${['member', 'admin', 'client', 'peer', 'orderer'][role?.role ?? 9]}`;
  });
  return `${rule?.getN()} of ${names?.join(', ')}`;
}

describe('block 0', () => {
  it('says to the published classes everything that a channel is', () => {
    const organisation = (id: string, more: object = {}) => ({
      values: { MSP: id, ...more },
      policies: { Readers: `1 of ${id}.admin, ${id}.peer, ${id}.client`, Writers: `1 of ${id}.admin, ${id}.client`, Admins: `1 of ${id}.admin`, Endorsement: `1 of ${id}.peer` },
      groups: {},
    });
    const usual = { Readers: 'ANY Readers', Writers: 'ANY Writers', Admins: 'MAJORITY Admins' };
    expect(describeGroup(readGroup(buildGenesisBlock(options)))).toEqual({
      values: { HashingAlgorithm: { name: 'SHA256' }, BlockDataHashingStructure: { width: 4_294_967_295 }, Capabilities: ['V2_0'] },
      policies: usual,
      groups: {
        Orderer: {
          values: {
            BatchSize: { maxMessageCount: 500, absoluteMaxBytes: 2_097_152, preferredMaxBytes: 524_288 },
            BatchTimeout: { timeout: '2s' },
            ChannelRestrictions: { maxCount: 0 },
            Capabilities: ['V2_0'],
            ConsensusType: { type: 'solo', metadata: '', state: 0 },
          },
          policies: { ...usual, BlockValidation: 'ANY Writers' },
          groups: {
            OrdererOrg: {
              values: { MSP: 'OrdererMSP', Endpoints: { addressesList: ['orderer.example:7050'] } },
              policies: { Readers: '1 of OrdererMSP.member', Writers: '1 of OrdererMSP.member', Admins: '1 of OrdererMSP.admin' },
              groups: {},
            },
          },
        },
        Application: {
          values: { Capabilities: ['V2_5'], ACLs: [['peer/Propose', '/Channel/Application/Writers']] },
          policies: { ...usual, LifecycleEndorsement: 'MAJORITY Endorsement', Endorsement: 'MAJORITY Endorsement' },
          groups: { Org1MSP: organisation('Org1MSP', { AnchorPeers: { anchorPeersList: [{ host: 'peer.example', port: 7051 }] } }), Org2MSP: organisation('Org2MSP') },
        },
      },
    });
  });

  it('is the first of its chain, with the envelope that nobody signed', () => {
    const block = unpackBlock(buildGenesisBlock(options));
    expect(block.header).toMatchObject({ number: 0n });
    expect(block.header.previousHash).toHaveLength(0);
    expect(readLastConfigIndex(block)).toBe(0n);
    expect([...(block.metadata[2] ?? [])]).toEqual([0]);
    const outer = envelope.decode(block.envelopes[0] ?? new Uint8Array(0));
    expect(outer.signature).toHaveLength(0);
    expect(channelHeader.decode(payload.decode(outer.payload).header?.channelHeader ?? new Uint8Array(0))).toMatchObject({ type: 1, version: 1, channelId: 'assets', txId: computeTxId(options.nonce, new Uint8Array(0)), timestamp: { seconds: 1_764_540_000n, nanos: 0 } });
  });

  it('is the same bytes for the same options, in whatever order they come, and others for others', () => {
    const bytes = Buffer.from(buildGenesisBlock(options));
    expect(Buffer.from(buildGenesisBlock({ ...options, organisations: [...options.organisations].reverse() })).equals(bytes)).toBe(true);
    for (const other of [{ channelId: 'other' }, { nonce: Buffer.alloc(24, 8) }, { timestampSeconds: 1n }, { organisations: options.organisations.slice(1) }]) {
      expect(Buffer.from(buildGenesisBlock({ ...options, ...other })).equals(bytes)).toBe(false);
    }
  });

  it('is read back by us', () => {
    const [bytes = new Uint8Array(0)] = unpackBlock(buildGenesisBlock(options)).envelopes;
    const read = readChannelConfig(bytes);
    expect(read).toMatchObject({ channelId: 'assets', sequence: 0n, capabilities: { channel: ['V2_0'], orderer: ['V2_0'], application: ['V2_5'] } });
    expect(read.organisations.map(({ name, mspConfig: bytesOfMsp }) => [name, readers.MSP?.(bytesOfMsp)])).toEqual([['Org1MSP', 'Org1MSP'], ['Org2MSP', 'Org2MSP']]);
    expect(read.ordererOrganisations.map(({ name }) => name)).toEqual(['OrdererOrg']);
  });
});

describe('the configuration of a real Fabric', () => {
  const real = readRealBlocks().slice(0, 5).map((bytes) => ({ bytes, envelope: unpackBlock(bytes).envelopes[0] ?? new Uint8Array(0) }));

  it('is read by us, change after change', () => {
    const read = real.map((one) => readChannelConfig(one.envelope));
    expect(read.map((one) => Number(one.sequence))).toEqual([1, 2, 3, 4, 5]);
    for (const one of read) {
      expect(one.channelId).toBe('testchannel');
      expect([...one.organisations, ...one.ordererOrganisations].map(({ name, mspConfig: bytes }) => [name, readers.MSP?.(bytes)])).toEqual([['org1', 'Org1MSP'], ['org2', 'Org2MSP'], ['org3', 'Org3MSP'], ['orderer-org', 'OrdererOrgMSP']]);
    }
  });

  it('comes out of our hands with nothing lost', () => {
    for (const { bytes, envelope: outer } of real) {
      const config = configEnvelope.decode(payload.decode(envelope.decode(outer).payload).data).config?.channelGroup as ConfigGroup;
      const again = configEnvelope.encode({ config: { sequence: 0n, channelGroup: config } });
      const read = common.ConfigEnvelope.deserializeBinary(again).getConfig()?.getChannelGroup();
      expect(sortMaps(read?.toObject())).toEqual(sortMaps(readGroup(bytes).toObject()));
      expect(read?.getGroupsMap().getLength()).toBeGreaterThan(0);
    }
  });
});

/** The published classes keep maps in the order of their bytes, which nobody promises: Go's is by chance. */
function sortMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMaps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, name.endsWith('Map') ? new Map((one as [string, unknown][]).map(([key, inner]) => [key, sortMaps(inner)])) : sortMaps(one)]));
}

describe('a configuration that a channel cannot have', () => {
  const [good = new Uint8Array(0)] = unpackBlock(buildGenesisBlock(options)).envelopes;

  function change(edit: (group: common.ConfigGroup) => void, header: object = {}): Buffer {
    const group = readGroup(buildGenesisBlock(options));
    edit(group);
    const config = new common.Config();
    config.setChannelGroup(group);
    const channel = serialise(common.ChannelHeader, { Type: 1, ChannelId: 'assets', ...header });
    const wrapped = new common.Header();
    wrapped.setChannelHeader(channel);
    return serialise(common.Envelope, { Payload: serialise(common.Payload, { Header: wrapped, Data: serialise(common.ConfigEnvelope, { Config: config }) }) });
  }
  const nothing = () => undefined;
  const capability = (name: string) => serialise(common.Capabilities, { CapabilitiesMap: { [name]: new common.Capability() } });

  it.each<[string, Buffer, RegExp]>([
    ['bytes that are none', Buffer.from('0a05', 'hex'), /^error unmarshalling Envelope: /],
    ['another type', change(nothing, { Type: 3 }), /^bad configuration envelope: its header type is 3$/],
    ['no name', change(nothing, { ChannelId: '' }), /^channel ID illegal, cannot be empty$/],
    ['no configuration', serialise(common.Envelope, { Payload: serialise(common.Payload, { Header: common.Header.deserializeBinary(serialise(common.Header, { ChannelHeader: serialise(common.ChannelHeader, { Type: 1, ChannelId: 'assets' }) })) }) }), /^config must contain a channel group$/],
    ['another hash', change((group) => group.getValuesMap().get('HashingAlgorithm')?.setValue(serialise(common.HashingAlgorithm, { Name: 'SHA3_256' }))), /^Unknown hashing algorithm type: SHA3_256$/],
    ['a tree of data hashes', change((group) => group.getValuesMap().get('BlockDataHashingStructure')?.setValue(serialise(common.BlockDataHashingStructure, { Width: 2 }))), /^BlockDataHashStructure width only supported at MaxUint32/],
    ['nobody who orders', change((group) => void group.getGroupsMap().del('Orderer')), /missing Orderer configuration group$/],
    ['nobody who invokes', change((group) => void group.getGroupsMap().del('Application')), /missing Application configuration group$/],
    ['a capability of tomorrow', change((group) => groupOf(group, 'Application').getValuesMap().get('Capabilities')?.setValue(capability('V9_0'))), /^Application capability V9_0 is required but not supported$/],
    ['the capability of another level', change((group) => group.getValuesMap().get('Capabilities')?.setValue(capability('V2_5'))), /^Channel capability V2_5 is required but not supported$/],
  ])('is refused: %s', (_name, bytes, words) => {
    expect(() => readChannelConfig(bytes)).toThrow(ConfigInvalid);
    expect(() => readChannelConfig(bytes)).toThrow(words);
  });

  it.each([['Assets'], ['9assets'], ['as_sets'], ['a'.repeat(250)], ['assets\n'], ['']])('is refused: the channel id %j', (channelId) => {
    expect(() => checkChannelId(channelId)).toThrow(ConfigInvalid);
    expect(() => buildGenesisBlock({ ...options, channelId })).toThrow(ConfigInvalid);
  });

  it.each([['assets'], ['a'], ['a.b-c9'], ['a'.repeat(249)]])('is not: the channel id %j', (channelId) => {
    expect(() => checkChannelId(channelId)).not.toThrow();
  });

  it.each([[61], [62]])('is refused when it is damaged, never an accident, seed %i', (seed) => {
    const random = createRandom(seed);
    for (let run = 0; run < 400; run += 1) {
      const damaged = Buffer.from(good);
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + random.below(255));
      try {
        readChannelConfig(random.chance(0.2) ? damaged.subarray(0, at) : damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigInvalid);
      }
    }
  });

  it('is told from one that it can have', () => {
    expect(valueOf(readGroup(buildGenesisBlock(options)), 'HashingAlgorithm').length).toBeGreaterThan(0);
    expect(readChannelConfig(change(nothing)).channelId).toBe('assets');
  });
});
