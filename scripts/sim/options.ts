import os from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';

export const simUsage = `npm run sim -- --mode solo|crash|byzantine [--framework counter|fabric] [--seeds N] [--from S] [--shards K] [--minutes M] [--resume FILE]
npm run sim -- --mode solo|crash|byzantine [--framework counter|fabric] --seed S [--trace]
  --framework  what transactions mean: numbers (counter), or those of a Fabric channel with its clients, a second a seed (fabric)
  --seeds N    that many seeds (1000), --from S: beginning with this one (1)
  --shards K   processes side by side (one per core)
  --minutes M  stop in time; the same command goes on where this one stopped
  --resume F   where it is kept how far the run is (.cache/sim-<framework>-<mode>-<from>-<seeds>.json)
  --seed S     one seed; --trace prints everything that happens in it`;

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const schema = z
  .strictObject({
    mode: z.enum(['solo', 'crash', 'byzantine']),
    framework: z.enum(['counter', 'fabric']).default('counter'),
    seeds: whole(1, 10_000_000).default(1_000),
    from: whole(0, 2 ** 31).default(1),
    shards: whole(1, 256).default(os.availableParallelism()),
    minutes: z.coerce.number().positive().optional(),
    resume: z.string().min(1).optional(),
    seed: whole(0, 2 ** 31 + 10_000_000).optional(),
    trace: z.boolean().default(false),
  })
  .refine(({ trace, seed }) => !trace || seed !== undefined, { error: '--trace needs --seed: name the one to look at' });
export type SimOptions = z.infer<typeof schema>;

/** Throws an Error that says what is wrong and how it is used. */
export function parseSimOptions(argv: readonly string[]): SimOptions {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options: { mode: text, framework: text, seeds: text, from: text, shards: text, minutes: text, resume: text, seed: text, trace: { type: 'boolean' } } });
    return schema.parse(values);
  } catch (error) {
    const reason = error instanceof z.ZodError ? error.issues.map(({ path, message }) => `${path.map((part) => `--${String(part)}: `).join('')}${message}`).join('\n') : error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\n\n${simUsage}`, { cause: error });
  }
}
