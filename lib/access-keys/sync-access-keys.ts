import { controlClientOf, listHosts, type HostAddress } from '@/lib/city-nodes';
import { hostReportSchema } from '@/lib/control';
import { getDb, getLogger, singleton } from '@/lib/platform';
import { rowToRecord } from './access-key-record';
import { deleteSpentInternalKeys } from './internal-key';
import { pushRecord } from './push-access-key';

const pushMsMax = 2_000;
/** Keys told to one host in one sweep; the next sweep tells the rest. */
const keysPerSweepMax = 500;
const lanes = 8;

/**
 * The sweep that heals what a push missed: each host is told about every key that it does not know in its last
 * version. After a restart the host is asked what it knows, because it may have lost what it had confirmed.
 */
export async function syncAccessKeys(): Promise<{ pushed: number }> {
  await deleteSpentInternalKeys();
  const hosts = await listHosts();
  const counts = await Promise.all(
    // Also those that were not seen lately: a host that comes back must not take a revoked key until it is seen again.
    hosts.map((host) =>
      syncHost(host, hostReportSchema.safeParse(host.report).data?.startedAtMs).catch((error: unknown) => {
        getLogger().warn({ hostId: host.id, err: error }, 'access keys not synchronised');
        return 0;
      }),
    ),
  );
  return { pushed: counts.reduce((sum, count) => sum + count, 0) };
}

async function syncHost(host: HostAddress, startedAtMs: number | undefined): Promise<number> {
  await forgetLostKeys(host, startedAtMs);
  // A key without confirmation may have reached the host all the same: a revoked one is told too.
  const missing = await getDb().$queryRaw<{ id: string; slug: string }[]>`
    SELECT DISTINCT k.id, s.slug FROM "Peer" p
    JOIN "SubChain" s ON s.id = p."subChainId"
    JOIN "AccessKey" k ON k."applicationId" = s."applicationId"
    LEFT JOIN "AccessKeySync" y ON y."accessKeyId" = k.id AND y."hostId" = p."hostId"
    WHERE p."hostId" = ${host.id} AND p.state IN ('OPEN', 'STOPPED')
      AND (y.version IS NULL OR y.version < k.version)
    LIMIT ${keysPerSweepMax}`;
  const rows = new Map((await getDb().accessKey.findMany({ where: { id: { in: missing.map((key) => key.id) } } })).map((row) => [row.id, row]));
  let pushed = 0;
  for (let start = 0; start < missing.length; start += lanes) {
    const results = await Promise.all(
      missing.slice(start, start + lanes).map(async ({ id, slug }) => {
        const row = rows.get(id);
        return row !== undefined && pushRecord(host, rowToRecord(row, slug), pushMsMax);
      }),
    );
    pushed += results.filter(Boolean).length;
    // A host that has just gone away need not be asked about each key.
    if (results.every((result) => !result)) break;
  }
  return pushed;
}

/** Once for each start of the host that this process sees: confirmations that the host no longer stands by are dropped. */
async function forgetLostKeys(host: HostAddress, startedAtMs: number | undefined): Promise<void> {
  const seen = singleton('access-key-host-starts', () => new Map<string, number>());
  if (startedAtMs === undefined || seen.get(host.id) === startedAtMs) return;
  const known = new Map((await controlClientOf(host).listAccessKeys({ timeoutMs: pushMsMax })).map((record) => [record.id, record.version]));
  const confirmed = await getDb().accessKeySync.findMany({ where: { hostId: host.id }, select: { accessKeyId: true, version: true, accessKey: { select: { revokedAt: true, expiresAt: true } } } });
  const now = new Date();
  const lost = confirmed
    .filter(({ accessKeyId, version, accessKey: { revokedAt, expiresAt } }) => {
      const held = known.get(accessKeyId);
      if (held !== undefined) return held < version;
      // Hosts forget revoked and expired keys after a while; a key that they do not know opens nothing.
      return revokedAt === null && (expiresAt === null || expiresAt > now);
    })
    .map(({ accessKeyId }) => accessKeyId);
  if (lost.length > 0) {
    getLogger().warn({ hostId: host.id, keys: lost.length }, 'the host has lost access keys; they are sent again');
    await getDb().accessKeySync.deleteMany({ where: { hostId: host.id, accessKeyId: { in: lost } } });
  }
  seen.set(host.id, startedAtMs);
}
