import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { chainId, createEthereumFramework, createInProcessNetwork, ETHEREUM, openLedgerHost, timeMs, type Finality, type LedgerHost } from '../../lib/ledger';
import { processPorts } from '../process-ports';
import { median, round } from '../statistics';
import { signTransfers } from './signed-transfers';

export interface Measured {
  readonly blocksPerSecond: number;
  readonly transactionsPerSecond: number;
  /** One client, one transaction at a time, each at another validator. */
  readonly p50Ms: number;
  readonly fsyncsPerBlock: number;
}

const chain = chainId('bench-chain-1');
const networkId = 2 ** 40;
const lanes = 16;
const sequential = 300;
const loadMs = 6_000;

/** Validators of one sub-chain in one process, each with a directory, a log and a P-256 key of its own. */
export async function measureInProcess(validators: number): Promise<Measured> {
  const directory = mkdtempSync(path.join(tmpdir(), 'chainworks-bench-'));
  const framework = await createEthereumFramework({ yieldTurn: () => setImmediate() });
  const network = createInProcessNetwork();
  const hosts: LedgerHost[] = [];
  try {
    for (let at = 0; at < validators; at += 1) {
      const { link, enter } = network.connect();
      const host = await openLedgerHost({ directory: path.join(directory, `v${at}`), keyEncryptionKey: new Uint8Array(32).fill(7), frameworks: [framework], link, ports: processPorts });
      enter(`V${at}`, host);
      hosts.push(host);
    }
    const finality: Finality = validators === 1 ? 'solo' : 'byzantine';
    const keys = await Promise.all(hosts.map((host) => host.createPeer(chain)));
    const peers = keys.map(({ publicKey }, at) => ({ name: `V${at}`, publicKey, orders: true }));
    const genesis = { chain, framework: ETHEREUM, config: { chainId: String(networkId) }, time: timeMs(Date.now()), finality, peers };
    await Promise.all(hosts.map((host) => host.createChain(genesis)));
    return await measure(hosts);
  } finally {
    for (const host of hosts) await host.close();
    rmSync(directory, { recursive: true });
  }
}

async function measure(hosts: readonly LedgerHost[]): Promise<Measured> {
  const hostAt = (index: number): LedgerHost => hosts[index % hosts.length]!;
  const [single] = await signTransfers(networkId, 1, sequential + 50);
  const samples: number[] = [];
  for (let index = 0; index < sequential + 50; index += 1) {
    const startedAt = performance.now();
    await hostAt(index).submit(chain, single!.take());
    // The first ones warm the machine up.
    if (index >= 50) samples.push(performance.now() - startedAt);
  }
  const load = await signTransfers(networkId, lanes, 3_000, 100);
  const before = { height: hostAt(0).head(chain).height, syncs: hostAt(0).stats().syncs, at: performance.now() };
  let transactions = 0;
  await Promise.all(
    load.map(async (lane, index) => {
      while (performance.now() - before.at < loadMs) {
        await hostAt(index).submit(chain, lane.take());
        transactions += 1;
      }
    }),
  );
  const seconds = (performance.now() - before.at) / 1_000;
  const blocks = hostAt(0).head(chain).height - before.height;
  return {
    blocksPerSecond: round(blocks / seconds, 0),
    transactionsPerSecond: round(transactions / seconds, 0),
    p50Ms: round(median(samples), 2),
    fsyncsPerBlock: round((hostAt(0).stats().syncs - before.syncs) / blocks, 2),
  };
}
