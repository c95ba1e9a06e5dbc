import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../core/crypto';
import type { LedgerHost } from '../core/host-types';
import { createInProcessNetwork } from '../core/in-process-network';
import { chainId, height, type ChainId } from '../core/types';
import { openLedgerHost } from '../open-ledger-host';
import { counterFramework } from './counter-framework';
import { createRandom, type Random } from './random';
import { createRealPorts } from './real-ports';

export interface KillRun {
  readonly seed: number;
  /** Processes that are killed, one after the other, each on what the one before left. */
  readonly kills: number;
  /** An empty directory of the real file system. */
  readonly directory: string;
}

export interface KillOutcome {
  readonly answered: number;
  readonly genesis: number;
}

/** Sub-chains that a process opens beside those that are there. */
const CHAINS_A_LIFE = 2;
const LINES_MAX = 400;
const PAUSE_MS_MAX = 30;
const START_MS_MAX = 700;

/** What the killed processes said. */
interface Said {
  readonly keys: Map<string, string>;
  readonly genesis: Map<string, string>;
  readonly places: Map<string, string>;
}

/**
 * Real processes with a real directory under load, ended by kill -9 at seeded moments, some while they still open it.
 * After each, everything that was acknowledged must be there: keys, genesis blocks, transactions at their places; and
 * another peer that executes each block again must come to the same roots. Throws when not.
 */
export async function runKills({ seed, kills, directory }: KillRun): Promise<KillOutcome> {
  const random = createRandom(seed);
  const said: Said = { keys: new Map(), genesis: new Map(), places: new Map() };
  for (let kill = 1; kill <= kills; kill += 1) {
    const chains = Array.from({ length: kill * CHAINS_A_LIFE }, (_, at) => chainId(`tide-${at}`));
    const followers = await withHost(`${directory}/follower`, 'C1', async (host) => Object.fromEntries(await Promise.all(chains.map(async (chain) => [chain, hexOf((await host.createPeer(chain)).publicKey)] as const))));
    for (const line of await killOne(`${directory}/node`, followers, random)) note(said, line);
    await judge(directory, said);
  }
  return { answered: said.places.size, genesis: said.genesis.size };
}

/** Starts a process, kills it at a moment and answers what it had said by then. */
async function killOne(directory: string, followers: Readonly<Record<string, string>>, random: Random): Promise<string[]> {
  const script = fileURLToPath(new URL('kill-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, directory, JSON.stringify(followers)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'close');
  const lines: string[] = [];
  let faults = '';
  child.stderr.on('data', (chunk: Buffer) => (faults += chunk.toString('utf8')));
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const isEarly = random.chance(0.15);
  const wanted = 1 + random.below(LINES_MAX);
  if (!isEarly) while (lines.length < wanted && child.exitCode === null) await Promise.race([once(reader, 'line'), gone]);
  await new Promise((resolve) => setTimeout(resolve, random.below(isEarly ? START_MS_MAX : PAUSE_MS_MAX)));
  child.kill('SIGKILL');
  await gone;
  if (child.signalCode !== 'SIGKILL') throw new Error(`the process ended by itself: ${faults.slice(-2_000)}`);
  return lines;
}

function note({ keys, genesis, places }: Said, line: string): void {
  const [what, chain = '', first = '', index, id] = line.split(' ');
  if (what === 'key') keys.set(chain, first);
  if (what === 'genesis') genesis.set(chain, first);
  if (what === 'final' && id?.length === 64) places.set(`${chain} ${first} ${index}`, id);
}

async function judge(directory: string, { keys, genesis, places }: Said): Promise<void> {
  const network = createInProcessNetwork();
  await withHost(`${directory}/node`, 'C0', (host) => withHost(`${directory}/follower`, 'C1', async (follower) => {
    for (const [chain, key] of keys) if (hexOf((await host.createPeer(chainId(chain))).publicKey) !== key) throw new Error(`${chain}: the acknowledged key is gone`);
    for (const [chain, hash] of genesis) if (!host.has(chainId(chain)) || host.head(chainId(chain)).genesisHash !== hash) throw new Error(`${chain}: the acknowledged genesis block is gone`);
    for (const [place, id] of places) {
      const [chain = '', at, index] = place.split(' ');
      const found = host.blockAt(chainId(chain), height(Number(at)))?.transactions[Number(index)];
      if (found === undefined || sha256Hex(found) !== id) throw new Error(`${chain}: the transaction answered at ${at}/${index} is not there`);
    }
    for (const chain of host.chains()) if (host.has(chain)) await checkRoots(host, follower, chain);
    await host.verify();
  }, network), network);
}

/** The follower takes each block by executing it again, and stops when a root differs. */
async function checkRoots(host: LedgerHost, follower: LedgerHost, chain: ChainId): Promise<void> {
  const { hash: _, ...spec } = host.genesis(chain);
  await follower.createChain(spec);
  const head = await follower.catchUp(chain);
  if (head.hash !== host.head(chain).hash) throw new Error(`${chain}: block ${head.height} is another for who executes the blocks again`);
}

async function withHost<T>(directory: string, name: string, work: (host: LedgerHost) => Promise<T>, network = createInProcessNetwork()): Promise<T> {
  const { link, enter } = network.connect();
  const host = await openLedgerHost({ directory, keyEncryptionKey: new Uint8Array(32).fill(5), frameworks: [counterFramework], link, ports: createRealPorts() });
  const leave = enter(name, host);
  try {
    return await work(host);
  } finally {
    leave();
    await host.close();
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
