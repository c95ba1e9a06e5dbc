import { jobDefinition, type JobName } from './catalog';
import { getQueue } from './queues';

/** The interval at which a job is scheduled now; undefined when Redis knows of no schedule. */
export async function findSchedule(name: JobName): Promise<number | undefined> {
  const scheduler = await getQueue(jobDefinition(name).queue).getJobScheduler(name);
  return scheduler?.every === undefined || scheduler.every === null ? undefined : Number(scheduler.every);
}
