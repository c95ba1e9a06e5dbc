import type { AccessKeyRecord } from '@/lib/control';
import { controlClientOf, type HostAddress } from '@/lib/city-nodes';
import { enqueue } from '@/lib/jobs';
import { getDb, getLogger } from '@/lib/platform';
import { rowToRecord } from './access-key-record';

const hostFields = { id: true, controlUrl: true, secretCiphertext: true } as const;

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
  const row = await getDb().accessKey.findUniqueOrThrow({
    where: { id: accessKeyId },
    include: {
      application: {
        select: { subChain: { select: { slug: true, peers: { where: { state: { in: ['OPEN', 'STOPPED'] } }, select: { host: { select: hostFields } } } } } },
      },
    },
  });
  const { subChain } = row.application;
  if (!subChain) return [];
  const hosts = new Map(subChain.peers.map(({ host }) => [host.id, host]));
  const record = rowToRecord(row, subChain.slug);
  const results = await Promise.all([...hosts.values()].map(async (host) => ({ host, pushed: await pushRecord(host, record, timeoutMs) })));
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
