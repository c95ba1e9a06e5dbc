import { describe, expect, it } from 'vitest';
import { runPowerCuts } from '../../testing/power-cut-run';
import type { FilePort } from './file-port';

const SEEDS = 600;
const FIRST = 1;
const BUG_SEEDS = 200;

/** The first seed that finds the planted bug, with what it found. */
async function findBug(wrap: (files: FilePort) => FilePort): Promise<string | undefined> {
  for (let seed = FIRST; seed < FIRST + BUG_SEEDS; seed += 1) {
    try {
      await runPowerCuts({ seed, cuts: 3, wrap });
    } catch (error) {
      return `seed ${seed}: ${error instanceof Error ? error.message : 'unknown'}`;
    }
  }
  return undefined;
}

describe('power cuts', () => {
  it(`lose no acknowledged block, note, removal or installed chain and leave nothing torn (seeds ${FIRST} to ${FIRST + SEEDS - 1}, 3 cuts each)`, async () => {
    let [acknowledged, installed] = [0, 0];
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      const run = await runPowerCuts({ seed, cuts: 3 }).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
      acknowledged += run.acknowledged;
      installed += run.installed;
    }
    // The cuts come under load, not before it.
    expect(acknowledged).toBeGreaterThan(SEEDS * 10);
    expect(installed).toBeGreaterThan(SEEDS / 10);
  });

  it('would be lost if the answer came before fdatasync, and this test would see it', async () => {
    const found = await findBug((files) => ({
      ...files,
      open: (path) => withoutSync(files.open(path)),
      create: (path) => withoutSync(files.create(path)),
    }));
    expect(found).toMatch(/^seed \d+: /);
  });

  it('would be lost if a new segment’s directory were not synced, and this test would see it', async () => {
    const found = await findBug((files) => ({ ...files, syncDirectory: async () => undefined }));
    expect(found).toMatch(/^seed \d+: /);
  });
});

function withoutSync(file: ReturnType<FilePort['open']>): ReturnType<FilePort['open']> {
  return { ...file, sync: async () => undefined };
}
