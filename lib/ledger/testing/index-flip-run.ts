import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeSmallLedger } from './real-index';

export interface IndexFlipRun {
  /** An empty directory of the real file system. */
  readonly directory: string;
  /** Every n-th byte; 1: all. */
  readonly step: number;
  readonly from?: number;
  readonly to?: number;
}

/** Starts until an index that ends the process is thrown away: more than the sudden ends it takes to doubt it, for a start that refuses is none. */
const STARTS_MAX = 8;
/** A broken tree may lead in circles within the library. */
const SILENT_MS_MAX = 30_000;

/**
 * Flips a bit in one byte after the other of the index of a small ledger. Each must be harmless (all is read
 * as it was), found, or end the process; in the end everything must be there. Answers how often what came of it;
 * throws when not.
 */
export async function runIndexFlips({ directory, step, from = 0, to }: IndexFlipRun): Promise<Record<string, number>> {
  const [template, work] = [`${directory}/small`, `${directory}/work`];
  if (!existsSync(template)) await makeSmallLedger(template);
  const end = Math.min(to ?? Number.POSITIVE_INFINITY, statSync(`${template}/index/data.mdb`).size);
  const outcomes: Record<string, number> = {};
  const count = (at: number, outcome: string): void => {
    if (outcome.startsWith('wrong')) throw new Error(`byte ${at} of the index: ${outcome}`);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  for (let at = from; at < end; ) {
    const lines = await run([template, work, String(at), String(end), String(step)]);
    let open: number | undefined;
    for (const line of lines) {
      const [place = '', ...words] = line.split(' ');
      const outcome = words.join(' ');
      open = outcome === 'begins' ? Number(place) : undefined;
      if (open === undefined) count(Number(place), outcome);
      at = Number(place) + step;
    }
    if (open !== undefined) count(open, await startAgain(template, work, open));
    else if (lines.length === 0) throw new Error(`the process ended at byte ${at} of ${end} without a word`);
    // The library's own threads may meet a broken page when all is read and closed: nothing hangs on that process any more.
    else if (at < end) count(at, 'ended when it was closed');
  }
  return outcomes;
}

/** The next processes after one that ended: one of them must find everything. */
async function startAgain(template: string, work: string, at: number): Promise<string> {
  for (let start = 2; start <= STARTS_MAX; start += 1) {
    const [line] = await run([template, work, 'again']);
    if (line !== undefined) return line.replace(/^again /, '').replace('made anew', `made anew by start ${start}`);
  }
  return `wrong: ${STARTS_MAX} processes in a row ended with it (byte ${at})`;
}

async function run(args: readonly string[]): Promise<string[]> {
  const script = fileURLToPath(new URL('index-flip-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let faults = '';
  let silence: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => child.kill('SIGKILL'), SILENT_MS_MAX);
  };
  wait();
  child.stderr.on('data', (chunk: Buffer) => (faults += chunk.toString('utf8')));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wait();
  });
  await once(child, 'close');
  clearTimeout(silence);
  // An exception is no sudden end: nobody may meet one.
  if (child.exitCode === 1) throw new Error(faults.slice(-2_000));
  return lines;
}
