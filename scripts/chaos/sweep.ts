import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** What a sweep remembers, so that one that was stopped goes on. */
const sweepStateSchema = z.object({
  name: z.string(),
  from: z.number().int(),
  seeds: z.number().int(),
  /** What passed with another program has proven nothing about this one. */
  program: z.string(),
  done: z.number().int(),
  passed: z.number().int(),
  failures: z.array(z.object({ seed: z.number().int(), count: z.number().int(), why: z.string() })),
  sums: z.record(z.string(), z.number()),
});
export type SweepState = z.infer<typeof sweepStateSchema>;

export interface SeedOutcome {
  /** Faults (cuts, kills) that were survived. */
  readonly passed: number;
  /** Those of runs that found something, and what; empty when all is well. */
  readonly failures: readonly { readonly count: number; readonly why: string }[];
  readonly sums: Readonly<Record<string, number>>;
}

export interface Sweep {
  /** Also of its state file: `.cache/chaos/<name>-<from>-<seeds>.json` below the project. */
  readonly name: string;
  readonly from: number;
  readonly seeds: number;
  /** Stops after that long; the same command goes on. */
  readonly minutes: number | undefined;
  readonly play: (seed: number) => Promise<SeedOutcome>;
  readonly say: (line: string) => void;
  /** Where the state file lies; `.cache/chaos` by default. */
  readonly directory?: string;
}

const SAY_EVERY_MS = 5_000;

/**
 * Plays seed after seed and keeps how far it is. The last line it says is `N passed, M failed`, counted in faults.
 * Answers the exit code: 0 all seeds are done and well, 1 something was found, 2 the time was over first.
 */
export async function runSweep({ name, from, seeds, minutes, play, say, directory = path.join(project, '.cache/chaos') }: Sweep): Promise<number> {
  const file = path.join(directory, `${name}-${from}-${seeds}.json`);
  const fresh: SweepState = { name, from, seeds, program: await nameProgram(), done: 0, passed: 0, failures: [], sums: {} };
  const state = (await readSweep(file, fresh)) ?? fresh;
  if (state.done > 0) say(`goes on: ${state.done} of ${seeds} seeds are done (${path.relative(project, file)})`);
  const describe = ({ seed, why }: { seed: number; why: string }): string => `seed ${seed}: ${why}`;
  for (const failure of state.failures) say(describe(failure));
  const begunMs = performance.now();
  let saidMs = begunMs;
  while (state.done < seeds && !(minutes !== undefined && performance.now() - begunMs > minutes * 60_000)) {
    const seed = from + state.done;
    const { passed, failures, sums } = await play(seed);
    state.done += 1;
    state.passed += passed;
    for (const failure of failures) {
      state.failures.push({ seed, ...failure });
      say(describe({ seed, ...failure }));
    }
    for (const [what, value] of Object.entries(sums)) state.sums[what] = (state.sums[what] ?? 0) + value;
    await writeSweep(file, state);
    if (performance.now() - saidMs < SAY_EVERY_MS) continue;
    saidMs = performance.now();
    say(`${state.done} of ${seeds} seeds, ${state.passed} passed, ${countFailed(state)} failed`);
  }
  say(Object.entries(state.sums).map(([what, value]) => `${what} ${value}`).join(', '));
  if (state.done < seeds) say(`the time is over: ${state.done} of ${seeds} seeds are done, the same command goes on`);
  say(`${state.passed} passed, ${countFailed(state)} failed`);
  if (state.failures.length > 0) return 1;
  return state.done < seeds ? 2 : 0;
}

function countFailed({ failures }: SweepState): number {
  return failures.reduce((sum, { count }) => sum + count, 0);
}

/** Undefined when there is none, or when it is of another run or another program, or of one that came to its end. */
async function readSweep(file: string, wanted: SweepState): Promise<SweepState | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const state = sweepStateSchema.parse(JSON.parse(text));
  return state.program === wanted.program && state.done < state.seeds ? state : undefined;
}

async function writeSweep(file: string, state: SweepState): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.tmp`, `${JSON.stringify(state)}\n`);
  await rename(`${file}.tmp`, file);
}

/** The name of the program that is tried: every source file of the ledger but its tests. */
async function nameProgram(): Promise<string> {
  const root = path.join(project, 'lib/ledger');
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort();
  const digest = createHash('sha256');
  for (const name of names) digest.update(`${name}\n`).update(await readFile(path.join(root, name)));
  return digest.digest('hex').slice(0, 16);
}

/** Options that every sweep has; throws an Error that says how the command is used. */
export function parseWhole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) throw new Error(`--${name}: a whole number from ${min} to ${max}`);
  return value;
}

/** What `action` throws, as a line. */
export async function failureOf(action: () => Promise<void>): Promise<string | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
  }
}
