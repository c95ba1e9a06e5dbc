import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

/** In a process of its own: a test runner's holds what it likes. Answers the heap's size before and after, in bytes. */
const program = `
import { setTimeout as sleep } from 'node:timers/promises';
import { createCollector } from ${JSON.stringify(path.join(import.meta.dirname, 'create-collector.ts'))};
let load = Array.from({ length: 1_000_000 }, (_, at) => ({ at, list: [at] }));
const gone = new WeakRef(load);
load = undefined;
await sleep(1);
const before = process.memoryUsage().heapTotal;
const collect = createCollector((error) => { throw error; });
await Promise.all([collect(), collect()]);
process.stdout.write(JSON.stringify({ isGone: gone.deref() === undefined, before, after: process.memoryUsage().heapTotal }));
`;

it('gives back what a load left behind when the process comes to rest', () => {
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { encoding: 'utf8', timeout: 60_000 });
  const { isGone, before, after } = JSON.parse(output) as { isGone: boolean; before: number; after: number };
  expect(isGone).toBe(true);
  expect(after).toBeLessThan(before / 2);
});
