import { z } from 'zod';

/**
 * Every job of the product: its queue, its payload and its retry policy. A payload carries ids only: the row is the
 * truth, the queue rings the bell. Payloads stay readable for one release, because jobs outlive a deploy.
 */
interface JobDefinition {
  readonly queue: QueueName;
  readonly payload: z.ZodType<Record<string, unknown>>;
  /** Tries in all. More than one only where a later try can heal and no sweep does it anyway. */
  readonly attempts: number;
  /** Wait before the second try, doubled for each further one. */
  readonly backoffMs?: number;
  /** At most one run at a time in one process; a tick that falls into a run is skipped. For sweeps. */
  readonly alone?: boolean;
}

/** How many jobs of a queue one worker process runs at a time. */
export const queueConcurrency = {
  /** Operations wait for the database and city nodes nearly all of their time. */
  operations: 32,
  /** More than there are sweeps: a slow one never holds up the reconcile sweep. */
  sweeps: 16,
} as const;

export type QueueName = keyof typeof queueConcurrency;

const nothing = z.object({});

export const jobCatalog = {
  /** Runs the waiting steps of one operation. Never retried by the queue: the reconcile sweep re-rings the bell. */
  'operation.run': { queue: 'operations', payload: z.object({ operationId: z.string() }), attempts: 1 },
  /** Re-rings lost bells, frees operations whose lease has ended. */
  'operation.reconcile': { queue: 'sweeps', payload: nothing, attempts: 1, alone: true },
  /** Tells the hosts about one access key at once. The sweep below heals what this one missed. */
  'access-key.sync': { queue: 'operations', payload: z.object({ accessKeyId: z.string() }), attempts: 4, backoffMs: 250 },
  /** Tells each host about every access key that it does not know in its last version. */
  'access-key.sync-all': { queue: 'sweeps', payload: nothing, attempts: 1, alone: true },
  /** Adds up the meter records of each host. */
  'metering.collect': { queue: 'sweeps', payload: nothing, attempts: 1, alone: true },
  /** Measures hosts and peers: last report, heights, sizes, problems; brings channel certificates to date. */
  'city-node.observe': { queue: 'sweeps', payload: nothing, attempts: 1, alone: true },
  /** Settles payments that were left in doubt, pays back what is owed. */
  'billing.settle': { queue: 'sweeps', payload: nothing, attempts: 1, alone: true },
  /** Deletes rows that no longer have a use: remembered answers, mailed tokens, old sessions. */
  'identity.delete-expired': { queue: 'sweeps', payload: nothing, attempts: 1, alone: true },
  /** Deletes test sub-chains whose 30 days have ended. */
  'sub-chain.expire': { queue: 'sweeps', payload: nothing, attempts: 1, alone: true },
} as const satisfies Record<string, JobDefinition>;

export type JobName = keyof typeof jobCatalog;
export type JobPayload<N extends JobName> = z.infer<(typeof jobCatalog)[N]['payload']>;

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobCatalog, name);
}

/** The policy of a job with every field present. */
export function jobDefinition(name: JobName): JobDefinition {
  return jobCatalog[name];
}
