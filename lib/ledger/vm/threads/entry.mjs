import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

// A thread does not inherit the loader of the thread that starts it, so it brings its own: the same in a process of
// tsx and in a test.
register({ tsconfig: fileURLToPath(new URL('../../../../tsconfig.json', import.meta.url)) });

const [{ serveJobs }, { openProgram }, { threadPorts }] = await Promise.all([import('./serve-jobs.ts'), import(workerData.program), import(workerData.ports)]);
serveJobs(parentPort, workerData, await openProgram(threadPorts), threadPorts);
