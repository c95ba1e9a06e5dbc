import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const failureSchema = z.object({ seed: z.number().int(), kind: z.enum(['violation', 'stall']), what: z.string(), why: z.string(), atMs: z.number() });
export type SeedFailure = z.infer<typeof failureSchema>;

/** What a run remembers, so that one that was stopped goes on. */
export const simStateSchema = z.object({
  mode: z.enum(['solo', 'crash', 'byzantine']),
  framework: z.enum(['counter', 'fabric']),
  from: z.number().int(),
  seeds: z.number().int(),
  /** Of the simulator and the core: what passed with another program has proven nothing about this one. */
  program: z.string(),
  /** Chunks of seeds that are done, by their first seed. */
  done: z.array(z.number().int()),
  passed: z.number().int(),
  failures: z.array(failureSchema),
  sums: z.record(z.string(), z.number()),
});
export type SimState = z.infer<typeof simStateSchema>;

export function newState({ mode, framework, from, seeds }: Pick<SimState, 'mode' | 'framework' | 'from' | 'seeds'>, program: string): SimState {
  return { mode, framework, from, seeds, program, done: [], passed: 0, failures: [], sums: {} };
}

/** Sums of figures; of what is called a maximum, the highest. */
export function addSums(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sums: Record<string, number> = { ...a };
  for (const [name, value] of Object.entries(b)) sums[name] = /max/i.test(name) ? Math.max(sums[name] ?? 0, value) : (sums[name] ?? 0) + value;
  return sums;
}

/** Undefined when there is none, or when it is of another run or another program, or of one that came to its end. */
export async function readState(file: string, wanted: SimState): Promise<SimState | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const state = simStateSchema.parse(JSON.parse(text));
  const isSame = state.mode === wanted.mode && state.framework === wanted.framework && state.from === wanted.from && state.seeds === wanted.seeds && state.program === wanted.program;
  return isSame && state.passed + state.failures.length < state.seeds ? state : undefined;
}

export async function writeState(file: string, state: SimState): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.tmp`, `${JSON.stringify(state)}\n`);
  await rename(`${file}.tmp`, file);
}

/** The name of the program that is simulated: every source file that a schedule depends on. */
export async function nameProgram(ledgerDirectory: string, framework: SimState['framework']): Promise<string> {
  const digest = createHash('sha256');
  const ofFramework = framework === 'fabric' ? ['frameworks/fabric', 'storage', 'vm/chaincode'] : [];
  for (const folder of ['core/consensus', 'testing/simulator', ...ofFramework]) {
    const names = (await readdir(path.join(ledgerDirectory, folder), { recursive: true })).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort();
    for (const name of names) digest.update(`${folder}/${name}\n`).update(await readFile(path.join(ledgerDirectory, folder, name)));
  }
  for (const name of ['core/codec.ts', 'testing/random.ts']) digest.update(await readFile(path.join(ledgerDirectory, name)));
  return digest.digest('hex').slice(0, 16);
}
