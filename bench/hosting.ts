// Ten thousand live sub-chains in one city-node process, a hundred thousand registered ones; floods beside quiet neighbours.
// `hosting [--live 10000] [--registered 100000] [--transfers 200000]`; smaller numbers are for trying and are not recorded.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MeasuredCityNode } from './hosting/city-node';
import { burnGas, forEachIndex, loadUniformly, Sequences } from './hosting/loads';
import { recordResult, type Figures } from './record-result';
import { median, round } from './statistics';

const { values } = parseArgs({ options: { live: { type: 'string', default: '10000' }, registered: { type: 'string', default: '100000' }, transfers: { type: 'string', default: '200000' } } });
const [live, registered, transfers] = [Number(values.live), Number(values.registered), Number(values.transfers)];
const isWhole = live === 10_000 && registered === 100_000 && transfers === 200_000;
/** Until every peer that nobody uses is closed, and the checkpoints are written. */
const restMs = 75_000;
const idleSeconds = 60;
const restarts = 3;
const startedAt = performance.now();
const say = (what: string): void => void process.stderr.write(`${round((performance.now() - startedAt) / 1_000, 0)} s  ${what}\n`);

const engine = runEngine('provision', String(live));
say(`provisioning ${JSON.stringify(engine)}`);
const flood = runEngine('flood');
say(`flood ${JSON.stringify(flood)}`);
const node = await MeasuredCityNode.start(process.env.CHAINWORKS_BENCH_CITY_NODE ?? '');
try {
  const empty = node.memory();
  say(`the process with no sub-chain: ${JSON.stringify(empty)}`);
  await openChains(0, live);
  const sequences = new Sequences();
  const uniform = await loadUniformly(node, sequences, live, live);
  say(`every sub-chain used: ${JSON.stringify(uniform)}, ${JSON.stringify(node.memory())}`);
  const gas = await burnGas(node, sequences, 20_000);
  say(`gas ${JSON.stringify(gas)}`);
  await sleep(restMs);
  const rested = node.memory();
  const idleCpuPercent10k = await node.cpuPercent(idleSeconds);
  say(`at rest: ${JSON.stringify(rested)}, idle ${idleCpuPercent10k} %`);
  const many = await loadUniformly(node, sequences, live, transfers);
  await sleep(restMs);
  const grown = node.memory();
  say(`after ${transfers} transfers: ${JSON.stringify(many)}, ${JSON.stringify(grown)}`);
  const restartMs10k = await measureRestarts(live);
  say(`restart ${restartMs10k} ms`);
  await openChains(live, registered);
  await sleep(restMs);
  const all = node.memory();
  const idleCpuPercent100k = await node.cpuPercent(idleSeconds);
  const restartMs100k = await measureRestarts(registered);
  const figures: Figures = {
    anonMiB10k: rested.anonymousMiB,
    idleCpuPercent10k,
    provisionMs: engine.provisionMs!,
    floodTps: flood.floodTps!,
    quietP50Ms: flood.quietP50Ms!,
    quietGasP50Ms: gas.quietGasP50Ms,
    restartMs10k,
    growthMiB200k: round(grown.anonymousMiB - rested.anonymousMiB, 0),
    anonMiBEmpty: empty.anonymousMiB,
    mappedMiB10k: rested.mappedMiB,
    indexMiB10k: rested.indexMiB,
    anonMiB100k: all.anonymousMiB,
    idleCpuPercent100k,
    restartMs100k,
    quietP99Ms: flood.quietP99Ms!,
    quietGasP99Ms: gas.quietGasP99Ms,
    burntPerSecond: gas.burntPerSecond,
    uniformPerSecond: many.perSecond,
    uniformP50Ms: many.p50Ms,
  };
  const notes = [
    `One bundled city-node process with gateway, control interface and peer channel open; ${live} Ethereum sub-chains opened through the control interface, each with a key, a genesis block, an access key and transactions of its own; then ${registered - live} more. Memory is RssAnon + RssShmem after everything has rested for ${restMs / 1_000} s; mapped pages (RssFile: the program and LMDB’s file) and the index file stand apart. Idle: processor time over ${idleSeconds} s. Restart: from the start of the process until it is ready and 100 sub-chains have answered; median of ${restarts}.`,
    `provisionMs: key and genesis block, each durable, ${live} sub-chains one after the other, inside the engine, bundled as in production. floodTps: 950 clients in a closed loop on one sub-chain of the counter framework inside the engine, durable transactions a second; quietP50Ms: 50 other sub-chains meanwhile. quietGasP50Ms: 50 sub-chains send transfers over HTTP while one burns transactions of 30 million gas. Growth: ${transfers} transfers over HTTP, evenly spread. Client and process share two cores.`,
  ];
  if (isWhole) recordResult('hosting', 'Ten thousand sub-chains in one process', figures, notes);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
} finally {
  await node.remove();
}

function runEngine(what: 'provision' | 'flood', ...args: string[]): Record<string, number> {
  const directory = mkdtempSync(path.join(tmpdir(), 'chainworks-bench-'));
  try {
    const file = path.join(process.env.CHAINWORKS_BENCH_ENGINE ?? '', `${what}.mjs`);
    return JSON.parse(execFileSync(process.execPath, [file, directory, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Record<string, number>;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function openChains(from: number, to: number): Promise<void> {
  const indexes = function* (): Generator<number> {
    for (let index = from; index < to; index += 1) yield index;
  };
  await forEachIndex(indexes(), 32, (index) => node.openChain(index));
  say(`${to} sub-chains: ${JSON.stringify(node.memory())}`);
}

async function measureRestarts(chains: number): Promise<number> {
  const samples: number[] = [];
  for (let at = 0; at < restarts; at += 1) samples.push(await node.restart(Array.from({ length: 100 }, (_, index) => Math.floor((index * chains) / 100))));
  return round(median(samples), 0);
}
