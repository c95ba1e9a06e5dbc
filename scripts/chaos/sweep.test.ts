import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { failureOf, parseWhole, runSweep, type SeedOutcome } from './sweep';

const directory = mkdtempSync(path.join(os.tmpdir(), 'chainworks-sweep-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function sweep(name: string, play: (seed: number) => Promise<SeedOutcome>, minutes?: number): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await runSweep({ name, from: 7, seeds: 4, minutes, play, directory, say: (line) => lines.push(line) });
  return { code, lines };
}

describe('a sweep over seeds', () => {
  it('plays each seed once, and its last line is the sum', async () => {
    const played: number[] = [];
    const { code, lines } = await sweep('all', async (seed) => {
      played.push(seed);
      return { passed: 3, failures: [], sums: { answered: seed } };
    });
    expect(played).toEqual([7, 8, 9, 10]);
    expect(lines.slice(-2)).toEqual(['answered 34', '12 passed, 0 failed']);
    expect(code).toBe(0);
  });

  it('that was stopped goes on with the seed it was at, and remembers what it found', async () => {
    const played: number[] = [];
    const play = async (seed: number): Promise<SeedOutcome> => {
      played.push(seed);
      if (seed === 9 && played.length === 3) throw new Error('killed');
      return seed === 8 ? { passed: 0, failures: [{ count: 3, why: 'a block is gone' }], sums: {} } : { passed: 3, failures: [], sums: {} };
    };
    await expect(sweep('half', play)).rejects.toThrow('killed');
    const { code, lines } = await sweep('half', play);
    expect(played).toEqual([7, 8, 9, 9, 10]);
    expect(lines[0]).toMatch(/^goes on: 2 of 4 seeds/);
    expect(lines).toContain('seed 8: a block is gone');
    expect(lines.at(-1)).toBe('9 passed, 3 failed');
    expect(code).toBe(1);
  });

  it('whose time is over is no success', async () => {
    const { code, lines } = await sweep('late', async () => ({ passed: 3, failures: [], sums: {} }), 1e-9);
    expect([code, lines.at(-1)]).toEqual([2, '0 passed, 0 failed']);
  });

  it('says which option is wrong, and what was thrown and why', async () => {
    expect(() => parseWhole('cuts', 'many', 1, 9)).toThrow('--cuts: a whole number from 1 to 9');
    expect(await failureOf(async () => undefined)).toBeUndefined();
    expect(await failureOf(() => Promise.reject(new Error('torn', { cause: new Error('no power') })))).toBe('torn (no power)');
  });
});
