import { bytes, embedded, embeddedBytes, int32, mapOfMessages, message, repeatedMessages, repeatedStrings, string, uint32, uint64, type Decoded, type MessageType } from '@/lib/platform/pure/wire';
import { CONFIG_ENTRIES_MAX, CONFIG_VALUES_MAX } from '../limits';

/** common.Policy.PolicyType. */
export const POLICY_TYPES = { SIGNATURE: 1, MSP: 2, IMPLICIT_META: 3 } as const;
/** common.ImplicitMetaPolicy.Rule. */
export const IMPLICIT_META_RULES = { ANY: 0, ALL: 1, MAJORITY: 2 } as const;

export const policy = message('Policy', { type: int32(1), value: bytes(2) });
export const implicitMetaPolicy = message('ImplicitMetaPolicy', { subPolicy: string(1), rule: int32(2) });

export const configValue = message('ConfigValue', { version: uint64(1), value: bytes(2), modPolicy: string(3) });
export type ConfigValue = Decoded<typeof configValue>;

export const configPolicy = message('ConfigPolicy', { version: uint64(1), policy: embedded(2, policy), modPolicy: string(3) });
export type ConfigPolicy = Decoded<typeof configPolicy>;

/** A level of a channel's configuration. */
export interface ConfigGroup {
  readonly version: bigint;
  readonly groups: ReadonlyMap<string, ConfigGroup>;
  readonly values: ReadonlyMap<string, ConfigValue>;
  readonly policies: ReadonlyMap<string, ConfigPolicy>;
  readonly modPolicy: string;
}

export const configGroup: MessageType<ConfigGroup> = message('ConfigGroup', {
  version: uint64(1),
  groups: mapOfMessages(2, CONFIG_ENTRIES_MAX, (): MessageType<ConfigGroup> => configGroup),
  values: mapOfMessages(3, CONFIG_ENTRIES_MAX, () => configValue),
  policies: mapOfMessages(4, CONFIG_ENTRIES_MAX, () => configPolicy),
  modPolicy: string(5),
});

export const config = message('Config', { sequence: uint64(1), channelGroup: embedded(2, configGroup) });

export const configEnvelope = message('ConfigEnvelope', { config: embedded(1, config), lastUpdate: embeddedBytes(2) });

export const hashingAlgorithm = message('HashingAlgorithm', { name: string(1) });
export const blockDataHashingStructure = message('BlockDataHashingStructure', { width: uint32(1) });
export const ordererAddresses = message('OrdererAddresses', { addresses: repeatedStrings(1, CONFIG_VALUES_MAX) });
export const capability = message('Capability', {});
export const capabilities = message('Capabilities', { capabilities: mapOfMessages(1, CONFIG_VALUES_MAX, () => capability) });
export const consensusType = message('ConsensusType', { type: string(1), metadata: bytes(2), state: int32(3) });
export const batchSize = message('BatchSize', { maxMessageCount: uint32(1), absoluteMaxBytes: uint32(2), preferredMaxBytes: uint32(3) });
export const batchTimeout = message('BatchTimeout', { timeout: string(1) });
export const channelRestrictions = message('ChannelRestrictions', { maxCount: uint64(1) });
export const anchorPeer = message('AnchorPeer', { host: string(1), port: int32(2) });
export const anchorPeers = message('AnchorPeers', { anchorPeers: repeatedMessages(1, CONFIG_VALUES_MAX, anchorPeer) });
export const apiResource = message('APIResource', { policyRef: string(1) });
export const accessRules = message('ACLs', { acls: mapOfMessages(1, CONFIG_VALUES_MAX, () => apiResource) });
