import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runKills } from '@/lib/ledger/testing';
import { failureOf, parseWhole, runSweep, type SeedOutcome } from './sweep';

const usage = `Kills real processes with a real directory with -9 under load, and looks whether all that they acknowledged is found
again and gives the same roots when it is executed again.

  npm run chaos -- kill --rounds 200 [--from 1] [--minutes M] [--seed S]

Each seed is five processes that are killed one after the other on one directory. A run that was interrupted, or whose
--minutes were over, goes on when the same command is given again. The last line is "N passed, M failed", in kills.`;

const KILLS = 5;

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { rounds: { ...text, default: '20' }, from: { ...text, default: '1' }, seed: text, minutes: text, /** Given by scripts/chaos.mjs: gone after the command. */ directory: text, help: { type: 'boolean', default: false } },
  });
  const { directory } = values;
  if (values.help || directory === undefined) throw new Error('');
  const rounds = parseWhole('rounds', values.rounds, 1, 1_000_000);
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && !(minutes > 0)) throw new Error('--minutes: more than 0');
  const from = parseWhole('from', values.seed ?? values.from, 0, 2 ** 31);
  const play = async (seed: number): Promise<SeedOutcome> => {
    const place = path.join(directory, `seed-${seed}`);
    mkdirSync(place, { recursive: true });
    let sums = {};
    const why = await failureOf(async () => {
      sums = { ...(await runKills({ seed, kills: KILLS, directory: place })) };
    });
    rmSync(place, { recursive: true, force: true });
    return why === undefined ? { passed: KILLS, failures: [], sums } : { passed: 0, failures: [{ count: KILLS, why }], sums };
  };
  process.exitCode = await runSweep({ name: 'kill', from, seeds: values.seed === undefined ? Math.ceil(rounds / KILLS) : 1, minutes, play, say: (line) => process.stdout.write(`${line}\n`) });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `${error.message}\n` : ''}${usage}\n`);
  process.exitCode = 1;
}
