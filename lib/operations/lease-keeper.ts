import { randomUUID } from 'node:crypto';
import { getDb, getLogger } from '@/lib/platform';

/** How long a claim lasts without a heartbeat. */
export const leaseMs = 5_000;
const heartbeatMs = 1_000;

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export interface Lease {
  readonly operationId: string;
  /** Unique for each claim: a worker that lost its lease can never be taken for the next one. */
  readonly owner: string;
  readonly signal: AbortSignal;
  /** When the lease ends if no further heartbeat reaches the database; this process's own clock, on the early side. */
  endsAtMs: number;
  lose(reason: string): void;
}

/**
 * Renews all leases of this process with one statement a second, and aborts those that are lost: taken by somebody
 * else, or not renewed in time because the database was away. The database's clock decides when a lease has ended.
 */
export class LeaseKeeper {
  readonly #leases = new Map<string, Lease>();
  #timer: NodeJS.Timeout | undefined;
  #renewing = false;

  /** Call it before the claim is sent, so that the lease never seems longer here than it is in the database. */
  open(operationId: string): Lease {
    const controller = new AbortController();
    const lease: Lease = {
      operationId,
      owner: randomUUID(),
      signal: controller.signal,
      endsAtMs: Date.now() + leaseMs,
      lose: (reason) => controller.abort(new LeaseLost(`${operationId}: ${reason}`)),
    };
    return lease;
  }

  keep(lease: Lease): void {
    this.#leases.set(lease.owner, lease);
    this.#timer ??= setInterval(() => void this.#renew(), heartbeatMs);
  }

  /** Stops renewing; the row itself is not touched. */
  release(lease: Lease): void {
    this.#leases.delete(lease.owner);
    if (this.#leases.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    for (const lease of this.#leases.values()) if (Date.now() >= lease.endsAtMs) lease.lose('the lease ended without a heartbeat');
    // A slow database: the next tick tries again, the ends above still count.
    if (this.#renewing) return;
    this.#renewing = true;
    const leases = [...this.#leases.values()].filter((lease) => !lease.signal.aborted);
    const endsAtMs = Date.now() + leaseMs;
    try {
      const kept = await renewLeases(leases);
      for (const lease of leases) {
        if (kept.get(lease.owner)) lease.endsAtMs = endsAtMs;
        else if (!kept.has(lease.owner) && this.#leases.has(lease.owner)) lease.lose('another worker holds the operation');
      }
    } catch (error) {
      getLogger().warn({ err: error, leases: leases.length }, 'heartbeat failed');
    } finally {
      this.#renewing = false;
    }
  }
}

interface Renewal {
  owner: string;
  /** False: one of this process's own transactions holds the row, and renews the lease itself. */
  renewed: boolean;
}

/** Leases that are still held. Never waits for a row lock: one slow transaction may not starve the other leases. */
async function renewLeases(leases: readonly Lease[]): Promise<Map<string, boolean>> {
  if (leases.length === 0) return new Map();
  const ids = leases.map((lease) => lease.operationId);
  const owners = leases.map((lease) => lease.owner);
  const rows = await getDb().$queryRaw<Renewal[]>`
    WITH held AS (
      SELECT id, "leaseOwner" AS owner FROM "Operation"
      WHERE id = ANY(${ids}) AND "leaseOwner" = ANY(${owners}) AND state = 'RUNNING'
    ), free AS (
      SELECT id FROM "Operation" WHERE id IN (SELECT id FROM held) FOR UPDATE SKIP LOCKED
    ), renewed AS (
      UPDATE "Operation" SET "leaseUntil" = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::double precision)
      WHERE id IN (SELECT id FROM free) AND "leaseOwner" = ANY(${owners}) AND state = 'RUNNING' RETURNING id
    )
    SELECT owner, id IN (SELECT id FROM renewed) AS renewed FROM held`;
  return new Map(rows.map((row) => [row.owner, row.renewed]));
}
