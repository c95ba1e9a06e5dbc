import {
  blockDataHashingStructure,
  capabilities,
  channelHeader,
  configEnvelope,
  envelope,
  hashingAlgorithm,
  HEADER_TYPES,
  payload,
  type ConfigGroup,
} from '../messages';
import { WireError, type MessageType } from '@/lib/platform/pure/wire';
import { checkChannelId, ConfigInvalid } from './check-channel-id';

/** An organisation's name and the bytes of its MSPConfig. */
export interface OrganisationRead {
  readonly name: string;
  readonly mspConfig: Uint8Array;
  readonly group: ConfigGroup;
}

export interface ChannelConfig {
  readonly channelId: string;
  /** How often the configuration was changed. */
  readonly sequence: bigint;
  /** All of it. */
  readonly root: ConfigGroup;
  /** By name. */
  readonly organisations: readonly OrganisationRead[];
  readonly ordererOrganisations: readonly OrganisationRead[];
  readonly capabilities: { readonly channel: readonly string[]; readonly orderer: readonly string[]; readonly application: readonly string[] };
}

/** What Fabric 2.5 can do, per level (common/capabilities). */
const KNOWN_CAPABILITIES = {
  Channel: ['V1_1', 'V1_3', 'V1_4_2', 'V1_4_3', 'V2_0'],
  Orderer: ['V1_1', 'V1_4_2', 'V2_0'],
  Application: ['V1_1', 'V1_2', 'V1_3', 'V1_4_2', 'V2_0', 'V2_5'],
} as const;
const WIDTH_MAX = 0xff_ff_ff_ff;

/**
 * Reads the configuration from the envelope of a configuration block and checks that we can follow it
 * (common/channelconfig). Who signed it is not asked here. Throws {@link ConfigInvalid}.
 */
export function readChannelConfig(envelopeBytes: Uint8Array): ChannelConfig {
  const { header, data } = decode(payload, decode(envelope, envelopeBytes).payload);
  const { type, channelId } = decode(channelHeader, header?.channelHeader ?? new Uint8Array(0));
  if (type !== HEADER_TYPES.CONFIG) throw new ConfigInvalid(`bad configuration envelope: its header type is ${type}`);
  checkChannelId(channelId);
  const { config } = decode(configEnvelope, data);
  const root = config?.channelGroup;
  if (config === undefined || root === undefined) throw new ConfigInvalid('config must contain a channel group');
  checkHashing(root);
  const application = findGroup(root, 'Application');
  const orderer = findGroup(root, 'Orderer');
  return {
    channelId,
    sequence: config.sequence,
    root,
    organisations: listOrganisations(application),
    ordererOrganisations: listOrganisations(orderer),
    capabilities: {
      channel: listCapabilities(root, 'Channel'),
      orderer: listCapabilities(orderer, 'Orderer'),
      application: listCapabilities(application, 'Application'),
    },
  };
}

function checkHashing(root: ConfigGroup): void {
  const { name } = decode(hashingAlgorithm, valueOf(root, 'HashingAlgorithm'));
  if (name !== 'SHA256') throw new ConfigInvalid(`Unknown hashing algorithm type: ${name}`);
  const { width } = decode(blockDataHashingStructure, valueOf(root, 'BlockDataHashingStructure'));
  if (width !== WIDTH_MAX) throw new ConfigInvalid('BlockDataHashStructure width only supported at MaxUint32 in this version');
}

function findGroup(root: ConfigGroup, name: string): ConfigGroup {
  const found = root.groups.get(name);
  if (found === undefined) throw new ConfigInvalid(`invalid configuration block, missing ${name} configuration group`);
  return found;
}

function listOrganisations(group: ConfigGroup): OrganisationRead[] {
  // Real orderers write maps in an order of chance.
  return [...group.groups].sort(([a], [b]) => compareNames(a, b)).map(([name, one]) => ({ name, mspConfig: valueOf(one, 'MSP'), group: one }));
}

function listCapabilities(group: ConfigGroup, level: keyof typeof KNOWN_CAPABILITIES): string[] {
  const names = [...decode(capabilities, valueOf(group, 'Capabilities')).capabilities.keys()].sort(compareNames);
  const known: readonly string[] = KNOWN_CAPABILITIES[level];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ConfigInvalid(`${level} capability ${unknown} is required but not supported`);
  return names;
}

function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function valueOf(group: ConfigGroup, name: string): Uint8Array {
  return group.values.get(name)?.value ?? new Uint8Array(0);
}

function decode<T>(type: MessageType<T>, bytes: Uint8Array): T {
  try {
    return type.decode(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ConfigInvalid(`error unmarshalling ${type.name}: proto: ${error.message}`);
  }
}
