import { channelOptionsOf, envelopeBytesMaxOf, type FabricConfig } from './config';
import { createChannelRules, type ChannelRules } from './policy/create-channel-rules';
import type { Policy } from './policy/policy';
import { buildChannelGroup, configGroup } from './protocol';

/** A channel as its configuration says it: who is known, what they may do, how large things may be. */
export interface Channel extends ChannelRules {
  readonly id: string;
  /** MSP ids of the organisations that endorse, sorted. */
  readonly mspIds: readonly string[];
  /** `/Channel/Writers`: who may have a transaction ordered. */
  readonly writers: Policy;
  readonly envelopeBytesMax: number;
  /** By resource, `peer/Propose`, the path of the policy that guards it, where it is not Fabric's default. */
  readonly accessRules: ReadonlyMap<string, string>;
}

/** @throws FabricRefusal when certificates or policies of the configuration cannot be used */
export function createChannel(config: FabricConfig): Channel {
  const rules = createChannelRules(configGroup.encode(buildChannelGroup(channelOptionsOf(config))));
  return {
    ...rules,
    id: config.channelId,
    mspIds: config.organisations.map(({ mspId }) => mspId).sort(),
    writers: rules.policies.getPolicy('/Channel/Writers'),
    envelopeBytesMax: envelopeBytesMaxOf(config),
    accessRules: new Map(Object.entries(config.accessRules ?? {})),
  };
}
