import { getDb } from '@/lib/platform';
import type { ChannelHost } from './keep-host-certificate';

/**
 * Hosts that the portal speaks to: they carry a city node or a peer. Others joined once and are not started any more;
 * nobody waits for their answer.
 */
export async function listHosts(): Promise<(ChannelHost & { report: unknown })[]> {
  return getDb().host.findMany({
    where: { OR: [{ cityNodes: { some: {} } }, { peers: { some: { state: { not: 'REMOVED' } } } }] },
    select: { id: true, controlUrl: true, secretCiphertext: true, channelAddress: true, report: true },
  });
}
