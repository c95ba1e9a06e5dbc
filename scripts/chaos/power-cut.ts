import { parseArgs } from 'node:util';
import { runChannelPowerCuts, runHostPowerCuts, runPowerCuts } from '@/lib/ledger/testing';
import { failureOf, parseWhole, runSweep, type SeedOutcome } from './sweep';

const usage = `Cuts the power of storages and of whole city nodes under load, on a disk that forgets what was not synced, and looks
whether all that was acknowledged is found again.

  npm run chaos -- power-cut --cuts 10000 [--from 1] [--minutes M] [--seed S]

Each seed cuts a storage three times, three city nodes three times, and three city nodes with a Fabric channel three times. A run that was interrupted, or whose --minutes were
over, goes on when the same command is given again. --seed S plays one seed. The last line is "N passed, M failed", in cuts.`;

const CUTS = 3;
const NODES = 3;
/** A kind of run and what it counts. Each throws when something was lost. */
const runs: Readonly<Record<string, (seed: number) => Promise<Readonly<Record<string, number>>>>> = {
  storage: async (seed) => ({ ...(await runPowerCuts({ seed, cuts: CUTS })) }),
  hosts: async (seed) => ({ ...(await runHostPowerCuts({ seed, nodes: NODES, cuts: CUTS })) }),
  channel: async (seed) => ({ ...(await runChannelPowerCuts({ seed, cuts: CUTS })) }),
};

async function play(seed: number): Promise<SeedOutcome> {
  const failures: { count: number; why: string }[] = [];
  const sums: Record<string, number> = {};
  let passed = 0;
  for (const [name, run] of Object.entries(runs)) {
    const why = await failureOf(async () => {
      for (const [what, value] of Object.entries(await run(seed))) sums[what] = (sums[what] ?? 0) + value;
    });
    if (why === undefined) passed += CUTS;
    else failures.push({ count: CUTS, why: `${name}: ${why}` });
  }
  return { passed, failures, sums };
}

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { cuts: { ...text, default: '1000' }, from: { ...text, default: '1' }, seed: text, minutes: text, help: { type: 'boolean', default: false } } });
  if (values.help) throw new Error('');
  const cuts = parseWhole('cuts', values.cuts, 1, 100_000_000);
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && !(minutes > 0)) throw new Error('--minutes: more than 0');
  const from = parseWhole('from', values.seed ?? values.from, 0, 2 ** 31);
  const seeds = values.seed === undefined ? Math.ceil(cuts / (CUTS * Object.keys(runs).length)) : 1;
  process.exitCode = await runSweep({ name: 'power-cut', from, seeds, minutes, play, say: (line) => process.stdout.write(`${line}\n`) });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `${error.message}\n` : ''}${usage}\n`);
  process.exitCode = 1;
}
