import { scheduleJob, type JobName } from '@/lib/jobs';

/** How often each sweep runs. Upserted at each start of a worker, never removed. */
const everyMs = {
  'operation.reconcile': 2_000,
  'access-key.sync-all': 2_000,
  'metering.collect': 2_000,
  'city-node.observe': 3_000,
  'billing.settle': 5_000,
  'sub-chain.expire': 60_000,
  'identity.delete-expired': 24 * 60 * 60 * 1000,
} as const satisfies Partial<Record<JobName, number>>;

export async function upsertSchedules(): Promise<void> {
  for (const [name, interval] of Object.entries(everyMs) as [keyof typeof everyMs, number][]) await scheduleJob(name, {}, interval);
}
