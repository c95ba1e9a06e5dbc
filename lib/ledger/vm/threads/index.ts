export type { JobLane } from './job-queue';
export { READ_KEYS_MAX, type JobCost, type KnownEntry } from './protocol';
export { serveJobs, type JobContext, type ThreadPorts, type ThreadProgram } from './serve-jobs';
export { ThreadPool, ThreadsError, type JobDone, type ThreadPoolOptions, type ThreadPoolStatus } from './thread-pool';
