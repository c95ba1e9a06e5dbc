import { jobDefinition, type JobName, type JobPayload } from './catalog';
import { getQueue } from './queues';

/** Makes or changes the schedule of a job. Never removes one: two releases may run side by side during a deploy. */
export async function scheduleJob<N extends JobName>(name: N, payload: JobPayload<N>, everyMs: number): Promise<void> {
  const job = jobDefinition(name);
  await getQueue(job.queue).upsertJobScheduler(name, { every: everyMs }, { name, data: job.payload.parse(payload), opts: { attempts: job.attempts } });
}
