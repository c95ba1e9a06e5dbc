import { describe, expect, it } from 'vitest';
import { runPowerCuts, type PowerCutRun } from '../../testing/power-cut-run';
import type { FilePort } from './file-port';
import { allOf } from './index-keys';

const SEEDS = 600;
const FIRST = 1;
const BUG_SEEDS = 200;

/** The first seed that finds the planted bug, with what it found. */
async function findBug(bug: Pick<PowerCutRun, 'wrap' | 'wrapIndex'>): Promise<string | undefined> {
  for (let seed = FIRST; seed < FIRST + BUG_SEEDS; seed += 1) {
    try {
      await runPowerCuts({ seed, cuts: 3, ...bug });
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
    const found = await findBug({
      wrap: (files) => ({
        ...files,
        open: (path) => withoutSync(files.open(path)),
        create: (path) => withoutSync(files.create(path)),
      }),
    });
    expect(found).toMatch(/^seed \d+: /);
  });

  it('would be lost if a new segment’s directory were not synced, and this test would see it', async () => {
    const found = await findBug({ wrap: (files) => ({ ...files, syncDirectory: async () => undefined }) });
    expect(found).toMatch(/^seed \d+: /);
  });

  it('would lose state if a checkpoint’s position went beyond what it brought, and this test would see it', async () => {
    const { from, to } = allOf('state');
    const isState = (key: Uint8Array): boolean => Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0;
    const found = await findBug({
      wrapIndex: (index) => ({
        get: (key) => index.get(key),
        range: (range) => index.range(range),
        snapshot: () => index.snapshot(),
        relax: () => index.relax(),
        close: () => index.close(),
        // What deletes goes through: a removal is swept until nothing is left.
        apply: (changes) => index.apply([...changes].filter(([key, value], at) => value === undefined || !isState(key) || at % 5 > 0)),
      }),
    });
    expect(found).toMatch(/^seed \d+: .*state/);
  });
});

function withoutSync(file: ReturnType<FilePort['open']>): ReturnType<FilePort['open']> {
  return { ...file, sync: async () => undefined };
}
