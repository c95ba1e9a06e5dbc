import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** What a run remembers between rounds, so that one that was interrupted goes on where it stopped. */
export const chaosStateSchema = z.object({
  seed: z.number().int(),
  round: z.number().int(),
  finished: z.number().int(),
  failed: z.number().int(),
  stuck: z.number().int(),
  orphaned: z.number().int(),
  kills: z.object({ worker: z.number().int(), cityNode: z.number().int() }),
});
export type ChaosState = z.infer<typeof chaosStateSchema>;

export function newState(seed: number): ChaosState {
  return { seed, round: 0, finished: 0, failed: 0, stuck: 0, orphaned: 0, kills: { worker: 0, cityNode: 0 } };
}

/** Undefined when there is none, or when it is of a run that came to its end. */
export async function readState(file: string, rounds: number): Promise<ChaosState | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const state = chaosStateSchema.parse(JSON.parse(text));
  return state.round >= rounds ? undefined : state;
}

export async function writeState(file: string, state: ChaosState): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.tmp`, `${JSON.stringify(state)}\n`);
  await rename(`${file}.tmp`, file);
}

/** Mulberry32: numbers from 0 to below 1 that one seed repeats. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
