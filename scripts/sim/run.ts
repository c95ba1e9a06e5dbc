// The work of `npm run sim`, bundled, in the project's directory: hands chunks of seeds to processes, keeps what came of them, says it.
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulate, simulateFabric } from '@/lib/ledger/testing';
import { moduleBeside } from '@/lib/platform/pure/module-beside';
import { parseSimOptions, type SimOptions } from './options';
import { addSums, nameProgram, newState, readState, writeState, type SeedFailure, type SimState } from './state-file';
import type { Chunk, ChunkResult } from './worker';

const CHUNK_SEEDS = 20;
const SAY_EVERY_MS = 5_000;
const ATTEMPTS_MAX = 3;
const project = process.cwd();

function describe({ seed, kind, what, why, atMs }: SeedFailure, { mode, framework }: Pick<SimOptions, 'mode' | 'framework'>): string {
  const of = framework === 'counter' ? '' : ` --framework ${framework}`;
  return `seed ${seed}: ${kind}, ${what} at ${atMs} ms: ${why}\n  npm run sim -- --seed ${seed} --mode ${mode}${of} --trace`;
}

async function runOne({ mode, framework, trace }: SimOptions, seed: number): Promise<number> {
  const options = trace ? { print: (line: string) => console.log(line) } : {};
  const { failure, logHash, stats } = framework === 'fabric' ? await simulateFabric(seed, mode, options) : simulate(seed, mode, options);
  console.log(`seed ${seed}, events ${logHash}: ${Object.entries(stats).map(([name, value]) => `${name} ${value}`).join(', ')}`);
  if (failure !== undefined) console.log(describe({ seed, ...failure }, { mode, framework }));
  console.log(failure === undefined ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return failure === undefined ? 0 : 1;
}

/** Keeps every process busy with chunks until there are none, or until `isOver`. */
async function runChunks(chunks: Chunk[], shards: number, isOver: () => boolean, onResult: (result: ChunkResult) => Promise<void>): Promise<void> {
  const shard = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    for (let chunk = chunks.shift(); chunk !== undefined && !isOver(); chunk = chunks.shift()) {
      let result: ChunkResult | undefined;
      for (let attempt = 1; result === undefined; attempt += 1) {
        child = child?.connected === true ? child : fork(fileURLToPath(moduleBeside(import.meta.url, './worker')));
        result = await ask(child, chunk).catch((error: unknown) => {
          // Somebody on this machine may have killed it; seeds that kill it do so again.
          if (attempt === ATTEMPTS_MAX) throw error;
          return undefined;
        });
      }
      await onResult(result);
    }
    if (child?.connected === true) child.disconnect();
  };
  await Promise.all(Array.from({ length: shards }, shard));
}

function ask(child: ChildProcess, chunk: Chunk): Promise<ChunkResult> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null): void => reject(new Error(`the process of seeds ${chunk.first} to ${chunk.first + chunk.count - 1} ended with ${code ?? signal}`));
    child.once('exit', onExit);
    child.once('message', (result) => {
      child.off('exit', onExit);
      resolve(result as ChunkResult);
    });
    child.send(chunk);
  });
}

async function runMany({ mode, framework, seeds, from, shards, minutes, resume }: SimOptions): Promise<number> {
  const file = path.resolve(project, resume ?? `.cache/sim-${framework}-${mode}-${from}-${seeds}.json`);
  const fresh = newState({ mode, framework, from, seeds }, await nameProgram(path.join(project, 'lib/ledger'), framework));
  const state: SimState = (await readState(file, fresh)) ?? fresh;
  const counted = (): number => state.passed + state.failures.length;
  if (counted() > 0) console.log(`goes on: ${counted()} of ${seeds} seeds are done (${path.relative(project, file)})`);
  for (const failure of state.failures) console.log(describe(failure, { mode, framework }));

  const done = new Set(state.done);
  const chunks: Chunk[] = [];
  for (let first = from; first < from + seeds; first += CHUNK_SEEDS) {
    if (!done.has(first)) chunks.push({ mode, framework, first, count: Math.min(CHUNK_SEEDS, from + seeds - first) });
  }
  const begunMs = performance.now();
  const begunWith = counted();
  let saidMs = begunMs;
  let written = Promise.resolve();
  const isOver = (): boolean => minutes !== undefined && performance.now() - begunMs > minutes * 60_000;
  await runChunks(chunks, shards, isOver, async ({ first, passed, failures, sums }) => {
    state.done.push(first);
    state.passed += passed;
    state.failures.push(...failures);
    state.sums = addSums(state.sums, sums);
    for (const failure of failures) console.log(describe(failure, { mode, framework }));
    // One at a time: shards share the file.
    written = written.then(() => writeState(file, state));
    await written;
    if (performance.now() - saidMs < SAY_EVERY_MS) return;
    saidMs = performance.now();
    console.log(`${counted()} of ${seeds}, ${state.failures.length} failed, ${Math.round((counted() - begunWith) / ((saidMs - begunMs) / 1_000))} seeds/s`);
  });
  console.log(Object.entries(state.sums).map(([name, value]) => `${name} ${value}`).join(', '));
  if (counted() < seeds) console.log(`the time is over: ${counted()} of ${seeds} seeds are done, the same command goes on`);
  console.log(`${state.passed} passed, ${state.failures.length} failed`);
  if (state.failures.length > 0) return 1;
  return counted() < seeds ? 2 : 0;
}

try {
  const options = parseSimOptions(process.argv.slice(2));
  process.exitCode = options.seed === undefined ? await runMany(options) : await runOne(options, options.seed);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
