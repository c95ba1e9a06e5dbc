import { readConfigGroup } from '../msp/config-group';
import { createMsp } from '../msp/create-msp';
import { createMspManager, type MspManager } from '../msp/create-msp-manager';
import { listMspConfigs } from '../msp/list-msp-configs';
import { createPolicyManager, type PolicyManager } from './create-policy-manager';

/** Who is known in a channel and what they may do, as one configuration says it. A new configuration makes new rules. */
export interface ChannelRules {
  readonly msps: MspManager;
  readonly policies: PolicyManager;
}

/**
 * @param channelGroup bytes of the common.ConfigGroup of a channel's common.Config
 * @throws FabricRefusal malformed, limit, not-allowed: with such a configuration nothing may be set up or changed
 */
export function createChannelRules(channelGroup: Uint8Array): ChannelRules {
  const group = readConfigGroup(channelGroup);
  return { msps: createMspManager(listMspConfigs(group).map(createMsp)), policies: createPolicyManager(group) };
}
