import { getDb, type Tx } from '@/lib/platform';
import { leaseMs, type Lease } from './lease-keeper';
import { publishProgress } from './publish-progress';
import { advanceSteps, type Advance } from './step-rows';

/**
 * A transaction that begins with taking the operation's row under this lease: it renews the lease, raises the version,
 * and throws `LeaseLost` when somebody else holds the operation. So a worker that was thought dead and wakes up can
 * write nothing, neither to the operation nor to what belongs to it.
 */
export async function writeUnderLease<T>(lease: Lease, work: (tx: Tx) => Promise<T>, advance: Advance = {}): Promise<T> {
  const { value } = await advanceUnderLease(lease, advance, work);
  return value;
}

/** The same, together with the move from one step to the next; without further work it is a single statement. */
export async function advanceUnderLease<T>(lease: Lease, advance: Advance, work?: (tx: Tx) => Promise<T>): Promise<{ attempt: number; value: T }> {
  lease.signal.throwIfAborted();
  const endsAtMs = Date.now() + leaseMs;
  const moved = work
    ? await getDb().$transaction(async (tx) => ({ ...(await advanceSteps(tx, lease, advance)), value: await work(tx) }))
    : { ...(await advanceSteps(getDb(), lease, advance)), value: undefined as T };
  lease.endsAtMs = Math.max(lease.endsAtMs, endsAtMs);
  publishProgress(lease.operationId, moved.version);
  return moved;
}
