import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

// A thread does not inherit the loader of the thread that starts it, so it brings its own: the same in a process of
// tsx and in a test. A bundled program needs none and starts with thread-main itself.
register({ tsconfig: fileURLToPath(new URL('../../../../tsconfig.json', import.meta.url)) });
await import('./thread-main.ts');
