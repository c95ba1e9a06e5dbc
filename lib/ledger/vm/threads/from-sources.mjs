import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

// A thread does not inherit the loader of the thread that starts it: the same under tsx and in a test.
register({ tsconfig: fileURLToPath(new URL('../../../../tsconfig.json', import.meta.url)) });

await import(workerData.entry);
