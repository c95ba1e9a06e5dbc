import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newState, readState, seededRandom, writeState } from './state-file';

const directories: string[] = [];
afterEach(() => Promise.all(directories.splice(0).map((directory) => rm(directory, { recursive: true }))));

async function freshFile(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'chaos-state-'));
  directories.push(directory);
  return path.join(directory, 'deep', 'state.json');
}

describe('the state of a chaos run', () => {
  it('lets an interrupted run go on where it stopped, and a finished one begin anew', async () => {
    const file = await freshFile();
    expect(await readState(file, 5)).toBeUndefined();
    const state = { ...newState(42), round: 3, finished: 150 };
    await writeState(file, state);
    expect(await readState(file, 5)).toEqual(state);
    expect(await readState(file, 3)).toBeUndefined();
  });

  it('repeats the same numbers for the same seed, spread over the whole range', () => {
    const draw = (seed: number) => Array.from({ length: 1_000 }, seededRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(Math.min(...draw(7))).toBeLessThan(0.01);
    expect(Math.max(...draw(7))).toBeGreaterThan(0.99);
    expect(draw(7).every((number) => number >= 0 && number < 1)).toBe(true);
  });
});
