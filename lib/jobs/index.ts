export { jobCatalog, queueConcurrency, isJobName, jobDefinition, type JobName, type JobPayload, type QueueName } from './catalog';
export { enqueue, type EnqueueOptions } from './enqueue';
export { findSchedule } from './find-schedule';
export { scheduleJob } from './schedule-job';
export { measureQueues, type QueueMeasure } from './measure-queues';
export { queuePrefix } from './queues';
