import { randomInt } from 'node:crypto';
import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { finalityModes, quorumOf, type Finality } from '@/lib/control';
import { checkChains } from './ledger/check-chains';
import { checkHistory } from './ledger/check-history';
import { Client, type Known } from './ledger/client';
import { openCluster, type Cluster } from './ledger/cluster';
import { openHistory, type History } from './ledger/history';
import { openNetwork } from './ledger/network';
import { planStrikes } from './ledger/nemesis';
import { readCopy } from './ledger/read-copy';
import { torment } from './ledger/torment';
import { seededRandom } from './state-file';

const usage = `Four city-node processes with one sub-chain, clients that use it, and a nemesis that kills, pauses and cuts them off.

  npm run chaos -- ledger [--minutes 8] [--finality byzantine] [--seed n] [--clients 12]

In the end everything is put right, every peer must take a transaction and come to the same height; then the history of all
clients is checked against the chain on each node's disk. What a violation needs to be understood is kept in .cache/chaos.
The last line is the sum.`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '8' },
    finality: { type: 'string', default: 'byzantine' },
    seed: { type: 'string' },
    clients: { type: 'string', default: '12' },
    /** Given by scripts/chaos.mjs: gone after the command. */
    directory: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const clientCount = Number(values.clients);
const finality = finalityModes.find((one) => one === values.finality);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const { directory } = values;
const areWrong = !(minutes > 0 && minutes <= 24 * 60) || !Number.isInteger(clientCount) || clientCount < 1 || clientCount > 100 || !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31;
if (values.help || areWrong || !finality || !directory) {
  process.stderr.write(`${usage}\n`);
  process.exit(values.help ? 0 : 1);
}

/** Once nothing is in the way any more, every peer must have taken a transaction and all must be level within this time. */
const settleMsMax = 90_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Run {
  readonly finality: Finality;
  readonly directory: string;
}

async function play({ finality, directory }: Run): Promise<boolean> {
  const logs = path.join(directory, 'logs');
  const historyFile = path.join(directory, 'history.jsonl');
  mkdirSync(logs, { recursive: true });
  say(`seed ${seed}: ${finality}, four city nodes, ${clientCount} clients, ${minutes} minutes`);
  const network = await openNetwork(4);
  const history = openHistory(historyFile);
  const cluster = await openCluster({ network, directory: path.join(directory, 'nodes'), logs, finality, seed });
  const { nodes } = cluster;

  const stop = new AbortController();
  const known: Known = { accounts: [], transactions: [] };
  const clients = Array.from({ length: clientCount }, (_, number) => newClient(number, { cluster, history, known }));
  const working = Promise.all(clients.map((client) => client.run(stop.signal)));
  const strikes = planStrikes(nodes.length, seededRandom(seed));
  const nemesis = await torment({ nodes, network, history, strikes, untilMs: history.nowMs() + minutes * 60_000, say });
  await Promise.all(nodes.map((node) => node.untilReady()));
  stop.abort();
  await working;

  const faults = await settle({ cluster, history, known });
  await Promise.all(nodes.map((node) => node.end('SIGTERM')));
  await history.close();
  const validators = cluster.peers.filter((peer) => peer.orders);
  const signers = { publicKeys: validators.map((peer) => peer.publicKey), quorum: quorumOf(finality, validators.length) };
  const copies = [];
  for (const node of nodes) copies.push(await readCopy(node, cluster.chain, signers));
  const chains = checkChains(copies);
  const checked = checkHistory(history.operations, chains.chain, { orderers: new Set(validators.map((peer) => peer.cityNode)), foreign: new Set([cluster.deployment]) });
  const violations = [...chains.violations, ...checked.violations];
  for (const { rule, message } of violations) say(`violation (${rule}): ${message}`);
  for (const fault of [...faults, ...nodes.flatMap((node) => node.falls)]) say(`fault: ${fault}`);
  const isGood = violations.length === 0 && faults.length === 0 && nodes.every((node) => node.falls.length === 0);
  for (const node of nodes) node.closeLog();
  network.close();
  if (!isGood) keep(directory);
  const blocks = chains.chain.length - 1;
  say(JSON.stringify({ seed, finality, minutes, ...checked.sum, blocks, nemesis, noProgress: faults.length, violations: violations.length }));
  return isGood;
}

function newClient(number: number, { cluster, history, known }: { cluster: Cluster; history: History; known: Known }): Client {
  // Its own numbers, so that what one client meets does not change what the others do.
  const random = seededRandom(seed * 1_000 + number);
  return new Client({ number, seed, random, doors: cluster.doors, history, chainId: cluster.chainId, register: cluster.register, known });
}

/** Everything is well: now each peer must take a transaction and all come to one height. Answers what does not come about. */
async function settle({ cluster, history, known }: { cluster: Cluster; history: History; known: Known }): Promise<string[]> {
  const { nodes, doors, chain } = cluster;
  const timeUp = AbortSignal.timeout(settleMsMax);
  const faults: string[] = [];
  await Promise.all(
    [...doors.keys()].map(async (peer, index) => {
      const client = newClient(clientCount + index, { cluster, history, known });
      if (!(await client.prove(peer, timeUp))) faults.push(`no transaction was taken in by ${peer} within ${settleMsMax / 1_000} s after all was well`);
    }),
  );
  for (;;) {
    const status = await Promise.all(nodes.map(({ client, cityNode }) => client.peerStatus({ chain, cityNode }).catch((error: unknown) => ({ height: -1, problem: String(error) }))));
    if (status.every(({ height }) => height === status[0]?.height)) return faults;
    if (timeUp.aborted) return [...faults, `the peers do not come to one height: ${nodes.map(({ cityNode }, index) => `${cityNode} ${status[index]?.height} ${status[index]?.problem ?? ''}`).join(', ')}`];
    await delay(200);
  }
}

/** History, logs and the nodes' directories, for whoever looks for the cause. */
function keep(from: string): void {
  const to = path.resolve('.cache/chaos', `ledger-${seed}`);
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true });
  say(`kept in ${to}`);
}

try {
  process.exitCode = (await play({ finality, directory })) ? 0 : 1;
} catch (error) {
  // A city node that does not come up, for one: its log says why.
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  keep(directory);
  process.exitCode = 1;
}
// Whatever still waits (a peer that hangs, a node that was not ended) waits for nothing.
process.exit();
