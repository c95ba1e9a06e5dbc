import fs from 'node:fs';
import { chainId } from '../core/types';

/**
 * A process of its own that counts the system's fdatasync calls as they are made, whatever the storage counts: blocks one
 * after the other, then blocks of many sub-chains at once, on a disk that takes its time. Its one line of output: `{ alone, together }`, each
 * `{ blocks, syncs }`. Argument: an empty directory.
 */
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: sync-count-process <directory>');
/** So long that the blocks of all sub-chains are there before it is over. */
const SLOW_MS = 30;
let syncs = 0;
let delayMs = 0;
const { fdatasync } = fs;
// Before the ledger takes hold of it.
fs.fdatasync = Object.assign((...call: Parameters<typeof fdatasync>) => {
  syncs += 1;
  if (delayMs === 0) return fdatasync(...call);
  setTimeout(() => fdatasync(...call), delayMs);
}, fdatasync);

const { createInProcessNetwork, openLedgerHost } = await import('../index');
const { counterFramework } = await import('./counter-framework');
const { createRealPorts } = await import('./real-ports');
const { add, openTestChain } = await import('./test-nodes');

const { link } = createInProcessNetwork().connect();
const host = await openLedgerHost({ directory, keyEncryptionKey: new Uint8Array(32).fill(5), frameworks: [counterFramework], link, ports: createRealPorts() });
const chains = Array.from({ length: 16 }, (_, at) => chainId(`tide-${at}`));
for (const chain of chains) await openTestChain([{ host }], chain);

const measure = async (work: () => Promise<unknown>): Promise<{ blocks: number; syncs: number }> => {
  const before = { blocks: host.stats().blocks, syncs };
  await work();
  return { blocks: host.stats().blocks - before.blocks, syncs: syncs - before.syncs };
};
const alone = await measure(async () => {
  for (let count = 0; count < 40; count += 1) await host.submit(chains[0] ?? chainId('tide-0'), add('c', 1));
});
delayMs = SLOW_MS;
const together = await measure(() => Promise.all(chains.flatMap((chain) => Array.from({ length: 20 }, () => host.submit(chain, add('c', 1))))));
delayMs = 0;
await host.close();
process.stdout.write(`${JSON.stringify({ alone, together })}\n`);
