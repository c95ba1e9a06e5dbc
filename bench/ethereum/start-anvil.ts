import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../lib/gateway/testing';
import type { Node } from './run-client';

/** Starts anvil (npm `@foundry-rs/anvil`) with free gas on a free port of this machine. */
export async function startAnvil(chainId: number): Promise<Node & { stop(): void }> {
  const platform = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const binary = path.join(path.dirname(createRequire(import.meta.url).resolve(`${platform}/package.json`)), 'bin/anvil');
  const port = await freePort();
  const child = spawn(binary, ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId), '--gas-price', '0', '--block-base-fee-per-gas', '0', '--silent'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
  for (let attempt = 0; ; attempt++) {
    const ready = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } }).then((response) => response.ok, () => false);
    if (ready) break;
    if (attempt > 200 || child.exitCode !== null) throw new Error('anvil did not start');
    await sleep(50);
  }
  return { url, headers: {}, stop: () => void child.kill('SIGKILL') };
}
