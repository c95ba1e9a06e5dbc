import { describe, expect, it } from 'vitest';
import type { FilePort } from '../../storage/disk/file-port';
import { runChannelPowerCuts } from '../../testing/channel-power-cut-run';

/** `npm run chaos -- power-cut` runs as many as one likes; these are for every change. */
const [FIRST, LAST] = [1, 5];
const CUTS = 3;

/** Cores that are shared with a busy machine: slow is not wrong. */
const PATIENCE = { timeout: 300_000 };

async function findBug(wrap: (files: FilePort) => FilePort): Promise<string> {
  for (let seed = FIRST; seed <= 20; seed += 1) {
    const error = await runChannelPowerCuts({ seed, cuts: CUTS, wrap }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof Error) return `seed ${seed}: ${error.message}`;
  }
  throw new Error('not found in 20 seeds');
}

describe('a channel on city nodes whose power goes', PATIENCE, () => {
  it(`has blocks, codes, states, histories, private data and what was kept aside as they were acknowledged, on each node (seeds ${FIRST} to ${LAST}, ${CUTS} cuts each)`, async () => {
    const sums = { answered: 0, valid: 0, asides: 0 };
    for (let seed = FIRST; seed <= LAST; seed += 1) {
      const run = await runChannelPowerCuts({ seed, cuts: CUTS }).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
      for (const name of ['answered', 'valid', 'asides'] as const) sums[name] += run[name];
    }
    // The cuts come under load, not before it.
    expect(sums.answered).toBeGreaterThan(LAST * 10);
    expect(sums.valid).toBeGreaterThan(LAST * 10);
    expect(sums.asides).toBeGreaterThan(LAST * 3);
  });

  it('would contradict itself if the answer came before fdatasync, and this test would see it', async () => {
    const withoutSync = (file: ReturnType<FilePort['open']>) => ({ ...file, sync: async () => undefined });
    expect(await findBug((files) => ({ ...files, open: (path) => withoutSync(files.open(path)), create: (path) => withoutSync(files.create(path)) }))).toMatch(/^seed \d+: /);
  });
});
