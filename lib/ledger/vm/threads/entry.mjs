import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

// A thread does not inherit the loader of the thread that starts it, so it brings its own: the same in a process of
// tsx and in a test.
register({ tsconfig: fileURLToPath(new URL('../../../../tsconfig.json', import.meta.url)) });

// Where cores are short the main thread, which serves everybody, comes first. Only Linux has priorities by thread;
// elsewhere this would slow the whole process.
const NICER_BY = 5;
if (process.platform === 'linux') setPriority(Math.min(getPriority() + NICER_BY, 19));

const [{ serveJobs }, { openProgram }, { threadPorts }] = await Promise.all([import('./serve-jobs.ts'), import(workerData.program), import(workerData.ports)]);
serveJobs(parentPort, workerData, await openProgram(threadPorts), threadPorts);
