import type { AccessKeyRecord } from '@/lib/control';
import { controlClientOf, type HostAddress } from '@/lib/city-nodes';
import { enqueue } from '@/lib/jobs';
import { getDb, getLogger } from '@/lib/platform';
import { rowToRecord } from './access-key-record';

/**
 * Tells every host of the key's sub-chain about it, at once. True when all of them know it; for the others a job is
 * queued, and the sweep finds them too.
 */
export async function pushAccessKey(accessKeyId: string, timeoutMs: number): Promise<boolean> {
  const failed = await tryPushAccessKey(accessKeyId, timeoutMs);
  if (failed.length === 0) return true;
  await enqueue('access-key.sync', { accessKeyId }).catch((error: unknown) => getLogger().warn({ accessKeyId, err: error }, 'key sync not queued; the sweep finds it'));
  return false;
}

/** One try at each host; ids of those that did not take it. */
export async function tryPushAccessKey(accessKeyId: string, timeoutMs: number): Promise<string[]> {
  const row = await getDb().accessKey.findUniqueOrThrow({ where: { id: accessKeyId } });
  const hosts = await getDb().$queryRaw<(HostAddress & { slug: string })[]>`
    SELECT DISTINCT h.id, h."controlUrl", h."secretCiphertext", s.slug
    FROM "SubChain" s JOIN "Peer" p ON p."subChainId" = s.id JOIN "Host" h ON h.id = p."hostId"
    WHERE s."applicationId" = ${row.applicationId} AND p.state IN ('OPEN', 'STOPPED')`;
  const results = await Promise.all(hosts.map(async (host) => ({ host, pushed: await pushRecord(host, rowToRecord(row, host.slug), timeoutMs) })));
  return results.filter((result) => !result.pushed).map((result) => result.host.id);
}

/** Remembers what the host has confirmed. */
export async function pushRecord(host: HostAddress, record: AccessKeyRecord, timeoutMs: number): Promise<boolean> {
  try {
    const { version } = await controlClientOf(host).putAccessKey(record, { timeoutMs });
    const where = { accessKeyId_hostId: { accessKeyId: record.id, hostId: host.id } };
    await getDb().accessKeySync.upsert({ where, create: { accessKeyId: record.id, hostId: host.id, version }, update: { version } });
    return true;
  } catch (error) {
    getLogger().warn({ accessKeyId: record.id, hostId: host.id, err: error }, 'host not told about an access key');
    return false;
  }
}
