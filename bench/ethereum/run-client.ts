import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Lane } from './transfers';

/** A node under measurement: where it answers, and what a request must carry. */
export interface Node {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Job {
  readonly lanes: readonly Lane[];
  readonly batch: number;
  readonly expect: readonly { address: string; count: number }[];
}

/** Sends the job's transactions from a separate process; milliseconds until all of them are in blocks. */
export async function runClient(node: Node, job: Job): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', path.resolve(import.meta.dirname, 'client.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ ...node, ...job }));
  const output = await text(child.stdout);
  return z.object({ ms: z.number().positive() }).parse(JSON.parse(output)).ms;
}
