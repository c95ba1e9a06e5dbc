import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runIndexFlips } from '@/lib/ledger/testing';
import { failureOf, parseWhole, runSweep, type SeedOutcome } from './sweep';

const usage = `Flips a bit in one byte after the other of the index of a small ledger, in processes that may end of it, and looks
whether each is harmless, found, or the index is made anew from the log, and nothing is lost.

  npm run chaos -- flip [--bytes 65536] [--from 0] [--minutes M]

A run that was interrupted, or whose --minutes were over, goes on when the same command is given again. The last line is
"N passed, M failed", in bytes.`;

const PART = 256;

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { bytes: { ...text, default: '65536' }, from: { ...text, default: '0' }, minutes: text, /** Given by scripts/chaos.mjs: gone after the command. */ directory: text, help: { type: 'boolean', default: false } },
  });
  const { directory } = values;
  if (values.help || directory === undefined) throw new Error('');
  const bytes = parseWhole('bytes', values.bytes, PART, 1_000_000);
  const first = parseWhole('from', values.from, 0, 1_000_000);
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && !(minutes > 0)) throw new Error('--minutes: more than 0');
  const place = path.join(directory, 'flips');
  mkdirSync(place, { recursive: true });
  const play = async (part: number): Promise<SeedOutcome> => {
    let sums: Record<string, number> = {};
    const why = await failureOf(async () => {
      sums = await runIndexFlips({ directory: place, step: 1, from: part * PART, to: (part + 1) * PART });
    });
    const passed = Object.values(sums).reduce((sum, count) => sum + count, 0);
    return why === undefined ? { passed, failures: [], sums } : { passed: 0, failures: [{ count: PART, why }], sums };
  };
  const seeds = Math.ceil(bytes / PART);
  process.exitCode = await runSweep({ name: 'flip', from: Math.floor(first / PART), seeds, minutes, play, say: (line) => process.stdout.write(`${line}\n`) });
  rmSync(place, { recursive: true, force: true });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `${error.message}\n` : ''}${usage}\n`);
  process.exitCode = 1;
}
