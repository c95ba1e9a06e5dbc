import { getDb } from '@/lib/platform';
import { leaseMs } from './lease-keeper';

/**
 * Takes an operation that waits, or whose lease has ended, by compare-and-set: of any number of workers one gets it.
 * False when there is nothing to take: somebody else holds it, it is final, or it waits before it tries again.
 */
export async function claimOperation(operationId: string, owner: string): Promise<boolean> {
  const claimed = await getDb().$executeRaw`
    UPDATE "Operation" SET state = 'RUNNING', "leaseOwner" = ${owner},
      "leaseUntil" = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::double precision),
      claims = claims + 1, version = version + 1, "notBefore" = NULL, "startedAt" = COALESCE("startedAt", clock_timestamp())
    WHERE id = ${operationId} AND (
      (state = 'PENDING' AND ("notBefore" IS NULL OR "notBefore" <= clock_timestamp()))
      OR (state = 'RUNNING' AND "leaseUntil" < clock_timestamp()))`;
  return claimed === 1;
}
