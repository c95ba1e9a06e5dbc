import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

/** In a process of its own, whose heap nobody else uses. Answers its resident memory, in bytes, once a load is over and after that. */
const program = `
import { createCollector } from ${JSON.stringify(path.join(import.meta.dirname, 'create-collector.ts'))};
import { Session } from 'node:inspector/promises';
import { setImmediate } from 'node:timers/promises';
let pieces = Array.from({ length: 60_000 }, () => Buffer.allocUnsafeSlow(2_000).fill(1));
// Between the others, so that the heap has no free end.
const kept = pieces.filter((_, at) => at % 100 === 99);
pieces = undefined;
const session = new Session();
session.connect();
await session.post('HeapProfiler.collectGarbage');
await setImmediate();
session.disconnect();
const before = process.memoryUsage.rss();
await createCollector((error) => { throw error; })();
process.stdout.write(JSON.stringify({ kept: kept.length, before, after: process.memoryUsage.rss() }));
`;

it.runIf(process.platform === 'linux')('gives back what was free between pieces in use', () => {
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { encoding: 'utf8', timeout: 60_000 });
  const { kept, before, after } = JSON.parse(output) as { kept: number; before: number; after: number };
  expect(kept).toBe(600);
  expect(before - after).toBeGreaterThan(60_000_000);
});
