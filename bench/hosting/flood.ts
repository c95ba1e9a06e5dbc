// One sub-chain of a framework that costs next to nothing is flooded while 50 others are used now and then. `flood.ts <directory>`
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { chainId, createInProcessNetwork, isLedgerError, openLedgerHost, timeMs, type ChainId, type LedgerHost } from '../../lib/ledger';
import { counterFramework, encodeCounterTransaction } from '../../lib/ledger/testing';
import { processPorts } from '../process-ports';
import { median, percentile, round } from '../statistics';
import { cityNode } from './names';

const quietChains = 50;
/** In a closed loop, each with an account of its own. */
const clients = 950;
const loadMs = 10_000;
const warmUpMs = 2_000;
const quietPauseMs = 50;

const [directory = ''] = process.argv.slice(2);
const host = await openLedgerHost({ directory, keyEncryptionKey: new Uint8Array(32).fill(7), frameworks: [counterFramework], link: createInProcessNetwork().connect().link, ports: processPorts });
const loud = await open(host, 'loud');
const quiet: ChainId[] = [];
for (let at = 0; at < quietChains; at += 1) quiet.push(await open(host, `quiet-${at}`));

const [begin, end] = [performance.now() + warmUpMs, performance.now() + warmUpMs + loadMs];
let durable = 0;
let refused = 0;
const samples: number[] = [];
await Promise.all([...Array.from({ length: clients }, (_, client) => flood(`client-${client}`)), ...quiet.map((chain) => use(chain))]);
await host.close();
process.stdout.write(JSON.stringify({ floodTps: round(durable / (loadMs / 1_000), 0), quietP50Ms: round(median(samples), 2), quietP99Ms: round(percentile(samples, 0.99), 2), refused, quietCalls: samples.length }));
process.exit(0);

async function open(at: LedgerHost, name: string): Promise<ChainId> {
  const chain = chainId(name);
  const { publicKey } = await at.createPeer(chain);
  await at.createChain({ chain, framework: counterFramework.name, config: {}, time: timeMs(Date.now()), finality: 'solo', peers: [{ name: cityNode, publicKey, orders: true }] });
  return chain;
}

/** One of the sub-chain's thousand counters. */
function transaction(account: string, sequence: number): Uint8Array {
  return encodeCounterTransaction({ account, sequence, counter: `counter-${randomInt(1_000)}`, add: 1 });
}

/** One client in a closed loop: the next transaction follows the answer. */
async function flood(account: string): Promise<void> {
  for (let sequence = 0; performance.now() < end; ) {
    try {
      await host.submit(loud, transaction(account, sequence));
      sequence += 1;
      const now = performance.now();
      if (now >= begin && now < end) durable += 1;
    } catch (error) {
      if (!isLedgerError(error, 'queue-full')) throw error;
      refused += 1;
      await sleep(error.details.retryAfterMs);
    }
  }
}

async function use(chain: ChainId): Promise<void> {
  for (let sequence = 0; performance.now() < end; sequence += 1) {
    const startedAt = performance.now();
    await host.submit(chain, transaction('client', sequence));
    if (startedAt >= begin) samples.push(performance.now() - startedAt);
    await sleep(quietPauseMs * (0.5 + Math.random()));
  }
}
