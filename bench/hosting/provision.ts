// Durable provisioning inside the engine, one sub-chain after the other: key, genesis block. `provision.ts <directory> <count>`
import { setImmediate } from 'node:timers/promises';
import { createEthereumFramework, createInProcessNetwork, ETHEREUM, openLedgerHost, timeMs } from '../../lib/ledger';
import { processPorts } from '../process-ports';
import { median, round } from '../statistics';
import { chainAt, cityNode, networkIdAt } from './names';

const [directory = '', count = '0'] = process.argv.slice(2);
const host = await openLedgerHost({
  directory,
  keyEncryptionKey: new Uint8Array(32).fill(7),
  frameworks: [await createEthereumFramework({ yieldTurn: () => setImmediate() })],
  link: createInProcessNetwork().connect().link,
  ports: processPorts,
});
const samples: number[] = [];
for (let at = 0; at < Number(count); at += 1) {
  const startedAt = performance.now();
  const chain = chainAt(at);
  const { publicKey } = await host.createPeer(chain);
  await host.createChain({ chain, framework: ETHEREUM, config: { chainId: String(networkIdAt(at)) }, time: timeMs(Date.now()), finality: 'solo', peers: [{ name: cityNode, publicKey, orders: true }] });
  samples.push(performance.now() - startedAt);
}
const { syncs } = host.stats();
await host.close();
process.stdout.write(JSON.stringify({ provisionMs: round(samples.reduce((sum, ms) => sum + ms, 0) / samples.length, 3), provisionP50Ms: round(median(samples), 3), syncs }));
process.exit(0);
