import { afterAll, describe, expect, it } from 'vitest';
import { runKills } from './testing/kill-run';
import { createTemporaryDirectory } from './testing/temporary-directory';

const home = createTemporaryDirectory();
afterAll(() => home.remove());

describe('a process that is killed with -9 under load', () => {
  it('has lost no key, genesis block or transaction that it acknowledged, and its blocks give the same roots again (seed 41, 4 kills)', { timeout: 120_000 }, async () => {
    const { answered, genesis } = await runKills({ seed: 41, kills: 4, directory: home.path });
    expect(answered).toBeGreaterThan(50);
    expect(genesis).toBeGreaterThan(2);
  });
});
