import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

// From the sources a process needs a loader first: the same whether a test or a program of tsx starts it.
register({ tsconfig: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)) });
await import('./dedicated-main.ts');
