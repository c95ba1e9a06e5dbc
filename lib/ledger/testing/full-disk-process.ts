import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { sha256Hex } from '../core/crypto';
import { isLedgerError } from '../core/errors';
import type { LedgerHost } from '../core/host-types';
import { createInProcessNetwork } from '../core/in-process-network';
import { height } from '../core/types';
import { openLedgerHost } from '../open-ledger-host';
import { counterFramework } from './counter-framework';
import { createRealPorts } from './real-ports';
import { add, openTestChain, readCounter, TEST_CHAIN } from './test-nodes';

/**
 * A process of its own on a small file system of its own, the directory of its argument: fills it, looks what still works,
 * makes room, and looks again. Its one line of output: what it saw.
 */
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: full-disk-process <directory>');
const PAYLOAD = 'x'.repeat(40);
const TRIES_MAX = 20_000;
const PATIENCE = 100;
const filler = `${directory}/filler`;

const open = (): Promise<LedgerHost> =>
  openLedgerHost({ directory: `${directory}/node`, keyEncryptionKey: new Uint8Array(32).fill(5), frameworks: [counterFramework], link: createInProcessNetwork().connect().link, ports: createRealPorts({ haste: 5 }) });

const answered = new Map<string, string>();
let count = 0;
/** Hands in one transaction; answers the error, if any. */
const submit = async (host: LedgerHost): Promise<unknown> => {
  count += 1;
  const bytes = add(`counter ${count} ${PAYLOAD}`, 1);
  try {
    const answer = await host.submit(TEST_CHAIN, bytes);
    if (answer.state === 'final') answered.set(sha256Hex(bytes), `${answer.height}/${answer.index}`);
    return undefined;
  } catch (error) {
    return error;
  }
};
const untilRefused = async (host: LedgerHost): Promise<unknown> => {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const results = await Promise.all(Array.from({ length: 20 }, () => submit(host)));
    const error = results.find((result) => result !== undefined);
    if (error !== undefined) return error;
  }
  throw new Error('the disk was never full');
};

/** Three megabytes, or what there is: a checkpoint on the way may have taken some of it. */
function fill(): void {
  try {
    writeFileSync(filler, Buffer.alloc(3_000_000));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

let host = await open();
await openTestChain([{ host }]);
await submit(host);
// Twice: with the log and the index there may be more or less left.
const refusals: unknown[] = [];
let recovered = 0;
for (let round = 0; round < 2; round += 1) {
  fill();
  refusals.push(await untilRefused(host));
  // Checkpoints come while there is no room, too.
  await delay(1_500);
  refusals.push(await submit(host));
  const value = ((await readCounter(host, `counter 1 ${PAYLOAD}`)) as { value: number }).value;
  if (value !== 1) throw new Error(`a read gave ${value}`);
  rmSync(filler);
  for (let tries = 0; tries < PATIENCE; tries += 1) {
    if ((await submit(host)) === undefined) {
      recovered += 1;
      break;
    }
    await delay(100);
  }
}
const { state } = host.peerStatus(TEST_CHAIN);
await host.verify();
await host.close();

host = await open();
await host.verify();
const places = new Set<string>();
for (let at = 1; at <= host.head(TEST_CHAIN).height; at += 1) {
  host.blockAt(TEST_CHAIN, height(at))?.transactions.forEach((bytes, index) => places.add(`${sha256Hex(bytes)} ${at}/${index}`));
}
const lost = [...answered].filter(([id, place]) => !places.has(`${id} ${place}`)).length;
await host.close();
const codes = refusals.map((error) => (isLedgerError(error, 'storage-full') && error.details.retryAfterMs > 0 ? error.code : String(error)));
process.stdout.write(`${JSON.stringify({ codes, recovered, state, answered: answered.size, lost })}\n`);
