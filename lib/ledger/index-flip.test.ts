import { afterAll, describe, expect, it } from 'vitest';
import { runIndexFlips } from './testing/index-flip-run';
import { createTemporaryDirectory } from './testing/temporary-directory';

const home = createTemporaryDirectory();
afterAll(() => home.remove());

describe('the index of a real ledger', () => {
  it('with a flipped bit in any of its bytes is harmless, found, or thrown away by a later process; all of it is there in the end', { timeout: 180_000 }, async () => {
    const outcomes = await runIndexFlips({ directory: home.path, step: 307 });
    process.stdout.write(`every 307th byte of an index with a flipped bit: ${JSON.stringify(outcomes)}\n`);
    expect(outcomes['found, made anew']).toBeGreaterThan(5);
    expect(outcomes.harmless).toBeGreaterThan(5);
  });
});
