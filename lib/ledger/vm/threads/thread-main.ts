import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@/lib/platform/pure/assert';
import type { ThreadData } from './protocol';
import { serveJobs } from './serve-jobs';

// Where cores are short the main thread, which serves everybody, comes first. Only Linux has priorities by thread;
// elsewhere this would slow the whole process.
const NICER_BY = 5;
if (process.platform === 'linux') setPriority(Math.min(getPriority() + NICER_BY, 19));

const data = workerData as ThreadData;
assert(parentPort !== null, 'this runs in a thread');
const [{ openProgram }, { threadPorts }] = await Promise.all([import(data.program), import(data.ports)]);
serveJobs(parentPort, data, await openProgram(threadPorts), threadPorts);
