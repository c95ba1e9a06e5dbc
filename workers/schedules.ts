import { findSchedule, scheduleJob, type JobName } from '@/lib/jobs';
import { getLogger } from '@/lib/platform';

/** How often each sweep runs. */
const everyMs = {
  'operation.reconcile': 2_000,
  'access-key.sync-all': 2_000,
  'metering.collect': 2_000,
  'city-node.observe': 2_000,
  'billing.settle': 5_000,
  'sub-chain.expire': 60_000,
  'identity.delete-expired': 24 * 60 * 60 * 1000,
} as const satisfies Partial<Record<JobName, number>>;

const checkMs = 10_000;

/**
 * Makes the schedules that Redis does not know, now and then again and again: one that was started empty, or lost its
 * memory, would otherwise never ring for anything. One that is there is not touched, so that it keeps its beat; none is
 * ever removed. Gives the way to end it.
 */
export async function keepSchedules(): Promise<() => void> {
  await makeMissing();
  const timer = setInterval(() => void makeMissing().catch((error: unknown) => getLogger().warn({ err: error }, 'schedules not looked at')), checkMs);
  return () => clearInterval(timer);
}

async function makeMissing(): Promise<void> {
  for (const [name, interval] of Object.entries(everyMs) as [keyof typeof everyMs, number][]) {
    if ((await findSchedule(name)) !== interval) await scheduleJob(name, {}, interval);
  }
}
