import { z } from 'zod';
import { channelAddressSchema, cityCodeSchema, portRangeSchema } from '@/lib/control';
import { getDb } from '@/lib/platform';
import { admitHost, lockHosts } from './admit-host';
import { writeJoinFile } from './write-join-file';

const listenerSchema = z.object({ host: z.string().min(1), port: z.number().int().min(1).max(65_535) });

export const joinHostSchema = z.object({
  /** Names the host for ever: joining again with the same name changes its addresses, not its identity. */
  name: z.string().min(1).max(60),
  /** Directory of the city-node process; `join.json` is written there. */
  dataDirectory: z.string().min(1),
  cityNodes: z.array(cityCodeSchema).min(1).max(32),
  /** Where the process listens. */
  gateway: listenerSchema,
  control: listenerSchema,
  channel: listenerSchema,
  /** For Fabric's clients, with the ports of organisations that need their own. Absent: no door for them. */
  fabric: listenerSchema.extend({ peerPorts: portRangeSchema.optional() }).optional(),
  /** Where clients reach the gateway; where the portal reaches the control interface; where other hosts reach the peer channel. */
  gatewayUrl: z.url({ protocol: /^https?$/ }),
  controlUrl: z.url({ protocol: /^https?$/ }),
  channelAddress: channelAddressSchema,
  /** What the host runs on, shown with its city nodes. */
  provider: z.string().min(1).max(60),
  region: z.string().min(1).max(60),
});
export type JoinHost = z.infer<typeof joinHostSchema>;

/**
 * Makes or changes a host and what its process must know to be it. Idempotent: the control secret is made once, kept
 * encrypted in the row, and written to `join.json` (readable by its owner only).
 */
export async function joinHost(input: JoinHost): Promise<{ hostId: string; created: boolean }> {
  const join = joinHostSchema.parse(input);
  const host = await getDb().$transaction(async (tx) => {
    await lockHosts(tx);
    return admitHost(tx, join);
  });
  await writeJoinFile(join, host);
  return { hostId: host.hostId, created: host.created };
}
