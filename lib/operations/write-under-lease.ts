import { getDb, type Tx } from '@/lib/platform';
import { leaseMs, LeaseLost, type Lease } from './lease-keeper';
import { publishProgress } from './publish-progress';

/**
 * A transaction that begins with taking the operation's row under this lease: it renews the lease, raises the version,
 * and throws {@link LeaseLost} when somebody else holds the operation. So a worker that was thought dead and wakes up
 * can write nothing, neither to the operation nor to what belongs to it.
 */
export async function writeUnderLease<T>(lease: Lease, work: (tx: Tx) => Promise<T>): Promise<T> {
  lease.signal.throwIfAborted();
  const endsAtMs = Date.now() + leaseMs;
  const { version, value } = await getDb().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ version: number }[]>`
      UPDATE "Operation" SET version = version + 1,
        "leaseUntil" = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::double precision)
      WHERE id = ${lease.operationId} AND "leaseOwner" = ${lease.owner} AND state = 'RUNNING'
      RETURNING version`;
    const row = rows[0];
    if (!row) throw new LeaseLost(`${lease.operationId}: another worker holds the operation`);
    return { version: row.version, value: await work(tx) };
  });
  lease.endsAtMs = Math.max(lease.endsAtMs, endsAtMs);
  publishProgress(lease.operationId, version);
  return value;
}
