// Time of `npm start` from a fresh clone with an empty npm cache, and again warm; memory of each process at rest.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOfFamily } from './start/memory-of-family';
import { recordResult } from './record-result';
import { round } from './statistics';

const restMs = 20_000;
const directory = mkdtempSync(path.join(tmpdir(), 'chainworks-bench-start-'));
const clone = path.join(directory, 'clone');

/** Runs `npm start` until it prints the address; seconds that took. */
async function start(): Promise<{ seconds: number; child: ChildProcess }> {
  const env = { ...process.env, npm_config_cache: path.join(directory, 'npm-cache'), CHAINWORKS_DATA: path.join(directory, 'data') };
  const from = performance.now();
  const child = spawn('npm', ['start', '--', '--port', '39471', '--gateway-port', '39472'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
      if (output.includes('Chainworks runs at')) resolve({ seconds: (performance.now() - from) / 1000, child });
    });
    child.on('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

try {
  execFileSync('git', ['clone', '--quiet', path.resolve(import.meta.dirname, '..'), clone]);
  const cold = await start();
  await stop(cold.child);
  const warm = await start();
  await sleep(restMs);
  const memory = memoryOfFamily(warm.child.pid ?? 0);
  await stop(warm.child);
  const result = recordResult(
    'start',
    'Starting, and memory at rest',
    {
      coldSeconds: round(cold.seconds),
      warmSeconds: round(warm.seconds),
      ...Object.fromEntries(Object.entries(memory).map(([name, mebibytes]) => [`${name}MiB`, round(mebibytes, 0)])),
    },
    [
      `From \`npm start\` to the printed address: cold in a fresh clone with an empty npm cache (download, build, first database), warm again in the same clone. Memory is anonymous and shared memory (RssAnon + RssShmem) of each process ${restMs / 1000} s after the warm start, without sub-chains; PostgreSQL's is the sum of its processes.`,
    ],
  );
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
