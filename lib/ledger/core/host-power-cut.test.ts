import { describe, expect, it } from 'vitest';
import type { FilePort } from '../storage/disk/file-port';
import { runHostPowerCuts } from '../testing/host-power-cut-run';

const [FIRST, LAST] = [1, 30];

async function findBug(wrap: (files: FilePort) => FilePort): Promise<string | undefined> {
  for (let seed = FIRST; seed <= LAST; seed += 1) {
    const error = await runHostPowerCuts({ seed, nodes: 3, cuts: 3, wrap }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof Error) return `seed ${seed}: ${error.message}`;
  }
  return undefined;
}

describe('city nodes whose power goes', () => {
  it(`keep every acknowledged key and genesis block, and every answered transaction at its place, once, alike on three peers (seeds ${FIRST} to ${LAST}, 3 cuts each)`, { timeout: 120_000 }, async () => {
    const sums = { answered: 0, keys: 0, genesis: 0 };
    for (let seed = FIRST; seed <= LAST; seed += 1) {
      const run = await runHostPowerCuts({ seed, nodes: 3, cuts: 3 }).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
      for (const name of ['answered', 'keys', 'genesis'] as const) sums[name] += run[name];
    }
    // The cuts come under load and while sub-chains are opened, not before it.
    expect(sums.answered).toBeGreaterThan(LAST * 15);
    expect(sums.genesis).toBeGreaterThan(LAST * 6);
  });

  it('go on with the storage that a message opened while the genesis block was still being answered (seed 111: a validator forgot its vote)', async () => {
    await expect(runHostPowerCuts({ seed: 111, nodes: 3, cuts: 3 })).resolves.toMatchObject({ genesis: expect.any(Number) });
  });

  it('would contradict themselves if the answer came before fdatasync, and this test would see it', async () => {
    const withoutSync = (file: ReturnType<FilePort['open']>) => ({ ...file, sync: async () => undefined });
    expect(await findBug((files) => ({ ...files, open: (path) => withoutSync(files.open(path)), create: (path) => withoutSync(files.create(path)) }))).toMatch(/^seed \d+: /);
  });

  it('would lose keys and genesis blocks if the names of new files were not synced, and this test would see it', async () => {
    expect(await findBug((files) => ({ ...files, syncDirectory: async () => undefined }))).toMatch(/^seed \d+: /);
  });
});
