import {
  accessRules,
  anchorPeers,
  batchSize,
  batchTimeout,
  blockDataHashingStructure,
  capabilities,
  channelRestrictions,
  consensusType,
  hashingAlgorithm,
  ordererAddresses,
  type ConfigGroup,
  type ConfigValue,
} from '../messages';
import { ADMINS, groupPolicies, implicitMeta, ordererPolicies, organisationPolicies, toConfigPolicies, type PolicyBytes } from './policies';

/** An organisation of a channel. */
export interface OrganisationConfig {
  /** What its group is called; by custom the same as the MSP's id. */
  readonly name: string;
  readonly mspId: string;
  /** Bytes of an MSPConfig: its certificate authorities, roles, revocation lists. */
  readonly mspConfig: Uint8Array;
  /** Other than those of Fabric's samples. */
  readonly policies?: ReadonlyMap<string, PolicyBytes>;
  /** Its peers that others find, `host` and `port`. */
  readonly anchorPeers?: readonly { readonly host: string; readonly port: number }[];
  /** Where it orders, as `host:port`. */
  readonly endpoints?: readonly string[];
}

export interface ChannelOptions {
  /** Who endorses and invokes. */
  readonly organisations: readonly OrganisationConfig[];
  readonly orderer: {
    readonly organisations: readonly OrganisationConfig[];
    /** What orders, by name; nobody but orderers of that kind reads `metadata`. */
    readonly consensusType: string;
    readonly metadata?: Uint8Array;
    readonly batch: {
      readonly maxMessageCount: number;
      readonly absoluteMaxBytes: number;
      readonly preferredMaxBytes: number;
      /** A duration in Go's words: `2s`, `200ms`. */
      readonly timeout: string;
    };
  };
  /** Policies of the application, `Endorsement` or `LifecycleEndorsement`, other than that a majority of its organisations endorses. */
  readonly applicationPolicies?: ReadonlyMap<string, PolicyBytes>;
  /** By resource, `peer/Propose`, the policy that guards it, `/Channel/Application/Writers`. */
  readonly accessRules?: ReadonlyMap<string, string>;
}

const WIDTH_MAX = 0xff_ff_ff_ff;

/** The root of a channel's configuration, as `configtxgen` makes it (internal/configtxgen/encoder/encoder.go). */
export function buildChannelGroup(options: ChannelOptions): ConfigGroup {
  return group({
    policies: groupPolicies(),
    values: {
      HashingAlgorithm: hashingAlgorithm.encode({ name: 'SHA256' }),
      BlockDataHashingStructure: blockDataHashingStructure.encode({ width: WIDTH_MAX }),
      Capabilities: capabilitiesOf('V2_0'),
    },
    groups: { Orderer: buildOrdererGroup(options.orderer), Application: buildApplicationGroup(options) },
  });
}

function buildOrdererGroup({ organisations, batch, ...type }: ChannelOptions['orderer']): ConfigGroup {
  return group({
    policies: groupPolicies({ BlockValidation: implicitMeta('ANY', 'Writers') }),
    values: {
      BatchSize: batchSize.encode(batch),
      BatchTimeout: batchTimeout.encode({ timeout: batch.timeout }),
      ChannelRestrictions: channelRestrictions.encode({}),
      Capabilities: capabilitiesOf('V2_0'),
      ConsensusType: consensusType.encode({ type: type.consensusType, metadata: type.metadata ?? new Uint8Array(0) }),
    },
    groups: Object.fromEntries(
      organisations.map((one) => [one.name, buildOrganisationGroup(one, ordererPolicies(one.mspId), one.endpoints?.length ? { Endpoints: ordererAddresses.encode({ addresses: one.endpoints }) } : {})]),
    ),
  });
}

function buildApplicationGroup({ organisations, accessRules: rules = new Map(), applicationPolicies = new Map() }: ChannelOptions): ConfigGroup {
  const majority = implicitMeta('MAJORITY', 'Endorsement');
  const acls = new Map([...rules].map(([resource, policyRef]) => [resource, { policyRef }]));
  return group({
    policies: groupPolicies({ LifecycleEndorsement: majority, Endorsement: majority, ...Object.fromEntries(applicationPolicies) }),
    values: { Capabilities: capabilitiesOf('V2_5'), ...(acls.size > 0 ? { ACLs: accessRules.encode({ acls }) } : {}) },
    groups: Object.fromEntries(
      organisations.map((one) => [
        one.name,
        buildOrganisationGroup(one, organisationPolicies(one.mspId), one.anchorPeers?.length ? { AnchorPeers: anchorPeers.encode({ anchorPeers: one.anchorPeers }) } : {}),
      ]),
    ),
  });
}

function buildOrganisationGroup({ mspConfig, policies }: OrganisationConfig, usual: ReadonlyMap<string, PolicyBytes>, values: Readonly<Record<string, Uint8Array>>): ConfigGroup {
  return group({ policies: policies ?? usual, values: { MSP: mspConfig, ...values }, groups: {} });
}

function capabilitiesOf(name: string): Uint8Array {
  return capabilities.encode({ capabilities: new Map([[name, {}]]) });
}

function group(parts: { policies: ReadonlyMap<string, PolicyBytes>; values: Readonly<Record<string, Uint8Array>>; groups: Readonly<Record<string, ConfigGroup>> }): ConfigGroup {
  const values = Object.entries(parts.values).map(([name, value]): [string, ConfigValue] => [name, { version: 0n, value, modPolicy: ADMINS }]);
  return { version: 0n, groups: new Map(Object.entries(parts.groups)), values: new Map(values), policies: toConfigPolicies(parts.policies), modPolicy: ADMINS };
}
