import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTemporaryDirectory } from './testing/temporary-directory';

const home = createTemporaryDirectory();
afterAll(() => home.remove());

const counted = z.object({ blocks: z.number().int(), syncs: z.number().int() });

describe('fdatasync, counted where the system is called', () => {
  it('comes once for each block that comes alone, and once for many that come together', { timeout: 60_000 }, () => {
    const script = fileURLToPath(new URL('testing/sync-count-process.ts', import.meta.url));
    const output = execFileSync(process.execPath, ['--import', 'tsx', script, home.path], { encoding: 'utf8' });
    const { alone, together } = z.object({ alone: counted, together: counted }).parse(JSON.parse(output));
    expect(alone).toEqual({ blocks: 40, syncs: 40 });
    expect(together.blocks).toBeGreaterThanOrEqual(16);
    expect(together.syncs).toBeGreaterThan(0);
    expect(together.syncs).toBeLessThan(together.blocks / 2);
    process.stdout.write(`fdatasync calls: ${alone.syncs} for ${alone.blocks} blocks one by one, ${together.syncs} for ${together.blocks} blocks of 16 sub-chains together\n`);
  });
});
