// The official client of Fabric in a process of its own, TLS on, each block on the disk before it is answered; one organisation with one peer.
// `fabric [--transactions 6000] [--growth 100000] [--idle 1000]`; smaller numbers are for trying and are not recorded.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MeasuredChannels } from './fabric/measured-channel';
import { recordResult, type Figures } from './record-result';
import { round } from './statistics';

const { values } = parseArgs({ options: { transactions: { type: 'string', default: '6000' }, growth: { type: 'string', default: '100000' }, idle: { type: 'string', default: '1000' } } });
const [transactions, growth, idle] = [Number(values.transactions), Number(values.growth), Number(values.idle)];
const isWhole = transactions === 6_000 && growth === 100_000 && idle === 1_000;
/** Until every peer that nobody uses is closed, and the checkpoints are written. */
const restMs = 75_000;
const manyChannels = Array.from({ length: 20 }, (_, at) => `many-${at}`);
const startedAt = performance.now();
const say = (what: string): void => void process.stderr.write(`${round((performance.now() - startedAt) / 1_000, 0)} s  ${what}\n`);

const node = await MeasuredChannels.start(process.env.CHAINWORKS_BENCH_CITY_NODE ?? '');
try {
  for (const channel of ['main', ...manyChannels]) {
    await node.open(channel);
    await node.deploy(channel);
  }
  say('channels open, chaincode committed');
  const load = async (what: string, change: Omit<Parameters<typeof node.load>[0], 'channels'> & { channels?: string[] }) => {
    const result = await node.load({ channels: ['main'], ...change });
    say(`${what}: ${JSON.stringify(result)}`);
    return result;
  };
  await load('to warm up', { transaction: 'put', clients: 100, transactions: Math.ceil(transactions / 2) });
  const put100 = await load('put, 100 clients', { transaction: 'put', clients: 100, transactions });
  const create100 = await load('create, 100 clients', { transaction: 'create', clients: 100, transactions });
  const put20 = await load('put, 20 clients', { transaction: 'put', clients: 20, transactions: Math.ceil(transactions / 2) });
  const single = await load('put, one client', { transaction: 'put', clients: 1, transactions: Math.ceil(transactions / 20) });
  const many = await load('put, 100 clients on 20 channels of one chaincode process', { transaction: 'put', clients: 100, transactions, channels: manyChannels });
  await sleep(restMs);
  const rested = node.anonymousMiB();
  for (let at = 0; at < idle; at += 1) await node.open(`idle-${at}`);
  await sleep(restMs);
  const withIdle = node.anonymousMiB();
  say(`memory at rest ${round(rested)} MiB, with ${idle} more channels ${round(withIdle)} MiB`);
  await load('growth', { transaction: 'put', clients: 100, transactions: growth });
  await sleep(restMs);
  const grown = node.anonymousMiB();
  say(`after ${growth} transactions ${round(grown)} MiB`);
  const figures: Figures = {
    put100Tps: put100.perSecond,
    put100P50Ms: put100.p50Ms,
    put100P99Ms: put100.p99Ms,
    create100Tps: create100.perSecond,
    create100P50Ms: create100.p50Ms,
    put20P50Ms: put20.p50Ms,
    put20Tps: put20.perSecond,
    singleP50Ms: single.p50Ms,
    many20Tps: many.perSecond,
    many20P50Ms: many.p50Ms,
    clientCpuMs: put100.clientCpuMs,
    hostCpuMs: put100.hostCpuMs,
    chaincodeCpuMs: put100.chaincodeCpuMs,
    idleChannelKiB: round(((withIdle - rested) * 1_024) / idle, 1),
    growthMiB100k: round(grown - withIdle, 0),
  };
  const notes = [
    `One bundled city-node process, channels of one organisation with one peer and solo ordering, stock chaincode (fabric-contract-api 2.5.8) in its sandbox; @hyperledger/fabric-gateway 1.11.0 in a process of its own over four TLS connections, in a closed loop: endorse, sign, submit, commit status. Each block is on the disk (fdatasync) before it is answered. ${transactions} transactions each; processor time (clientCpuMs, hostCpuMs, chaincodeCpuMs) of put with 100 clients, a transaction. Clients and process share two cores.`,
    `many20: 100 clients over 20 channels of one chaincode process. idleChannelKiB: memory of the process (RssAnon + RssShmem) with ${idle} more channels at rest. growthMiB100k: the same after ${growth} more transactions on one channel.`,
    'Real Fabric 2.5.12 (one Raft orderer, one peer, TLS, LevelDB) gave on another machine of this class, recorded earlier and not in the same run: put, 100 clients, at best 264 transactions a second, p50 364 ms; create 239, 392 ms.',
  ];
  if (isWhole) recordResult('fabric', 'Hyperledger Fabric’s official client on one channel', figures, notes);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
} finally {
  await node.remove();
}
