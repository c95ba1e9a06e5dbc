import { bytesEqual } from '@/lib/platform/pure/bytes';
import type { ConfigGroup } from './config-group';
import { decodeMspConfig, type MspConfig } from './decode-msp-config';
import { FabricRefusal } from './refusal';

/** Name of the value that holds an organisation's MSP. */
const mspValue = 'MSP';

/**
 * The MSPs of all organisations of a channel, sorted by their groups' names. An organisation may stand in several groups, as
 * one that endorses and orders, with one MSP (common/channelconfig/msp_util.go).
 * @throws FabricRefusal malformed, limit, not-allowed
 */
export function listMspConfigs(channel: ConfigGroup): MspConfig[] {
  const found = new Map<string, { readonly bytes: Uint8Array; readonly config: MspConfig }>();
  const visit = (group: ConfigGroup): void => {
    const bytes = group.values.get(mspValue);
    if (bytes) {
      const config = decodeMspConfig(bytes);
      const known = found.get(config.name);
      if (known && !bytesEqual(known.bytes, bytes)) throw new FabricRefusal('not-allowed', `attempted to define two different versions of MSP: ${config.name}`);
      found.set(config.name, known ?? { bytes, config });
    }
    for (const name of [...group.groups.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) visit(group.groups.get(name) as ConfigGroup);
  };
  visit(channel);
  return [...found.values()].map(({ config }) => config);
}
