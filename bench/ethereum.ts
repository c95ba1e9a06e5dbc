// Signed ERC-20 transfers over HTTP: one sub-chain with one peer, beside anvil in turn, in the same run.
import { TestHost, openTestChain } from '../lib/gateway/testing';
import { startAnvil } from './ethereum/start-anvil';
import { runClient, type Job, type Node } from './ethereum/run-client';
import { signWorkload, type Lane, type Workload } from './ethereum/transfers';
import { recordResult } from './record-result';
import { median, round } from './statistics';

const lanes = 20;
const batchSize = 25;
const shape = { lanes, rounds: 5, singlePerLane: 50, batchedPerLane: 100 };

/** Milliseconds of each round's two parts. */
interface Times {
  readonly single: number[];
  readonly batched: number[];
}

async function measure(node: Node, workload: Workload, index: number, times: Times): Promise<void> {
  const current = workload.rounds[index]!;
  const before = index * (shape.singlePerLane + shape.batchedPerLane);
  const expect = (count: number) => workload.senders.map((address) => ({ address, count }));
  times.single.push(await runClient(node, { lanes: current.single, batch: 1, expect: expect(before + shape.singlePerLane) }));
  times.batched.push(await runClient(node, { lanes: current.batched, batch: batchSize, expect: expect(before + shape.singlePerLane + shape.batchedPerLane) }));
}

function setupJob(workload: Workload, deployer: string): Job {
  const lane: Lane = [...workload.setup];
  return { lanes: [lane], batch: 1, expect: [{ address: deployer, count: lane.length }] };
}

const host = await TestHost.start(['SIN'], 'host_bench');
try {
  const { chain, chainId } = await openTestChain([[host, 'SIN']], {});
  const key = await host.makeKey(chain);
  const ours: Node = { url: host.endpoint('SIN', chain), headers: { 'x-api-key': key.text } };
  const anvil = await startAnvil(chainId);
  try {
    const workload = await signWorkload({ chainId, ...shape });
    const [oursTimes, anvilTimes]: [Times, Times] = [{ single: [], batched: [] }, { single: [], batched: [] }];
    for (const node of [ours, anvil]) await runClient(node, setupJob(workload, workload.deployer));
    const peer = { chain, cityNode: 'SIN' };
    const syncs = async () => (await host.client.report()).cityNodes[0]!.syncs;
    const [heightBefore, syncsBefore] = [(await host.client.peerStatus(peer)).height, await syncs()];
    for (let index = 0; index < shape.rounds; index++) {
      // In turn, the first of a round changing, so that neither always meets the warmer machine.
      const order = index % 2 === 0 ? ([[ours, oursTimes], [anvil, anvilTimes]] as const) : ([[anvil, anvilTimes], [ours, oursTimes]] as const);
      for (const [node, times] of order) await measure(node, workload, index, times);
    }
    const blocks = (await host.client.peerStatus(peer)).height - heightBefore;
    const fsyncs = (await syncs()) - syncsBefore;
    const perSecond = (count: number, times: readonly number[]) => (lanes * count * 1000) / median(times);
    const single = [perSecond(shape.singlePerLane, oursTimes.single), perSecond(shape.singlePerLane, anvilTimes.single)] as const;
    const batched = [perSecond(shape.batchedPerLane, oursTimes.batched), perSecond(shape.batchedPerLane, anvilTimes.batched)] as const;
    const result = recordResult(
      'ethereum',
      'ERC-20 transfers over HTTP, one peer, beside anvil',
      {
        oneByOneVsAnvil: round(single[0] / single[1], 3),
        batchVsAnvil: round(batched[0] / batched[1], 3),
        fsyncsPerBlock: round(fsyncs / blocks, 3),
        oneByOnePerSecond: round(single[0], 0),
        oneByOnePerSecondAnvil: round(single[1], 0),
        batchPerSecond: round(batched[0], 0),
        batchPerSecondAnvil: round(batched[1], 0),
      },
      [
        `${lanes} keep-alive connections, a client process of its own, ${shape.rounds} rounds in turn, medians; per round ${lanes * shape.singlePerLane} transfers one by one and ${lanes * shape.batchedPerLane} in batches of ${batchSize}. The same signed bytes go to both; the clock stops when all are in blocks. Ours runs fdatasync before it answers; anvil keeps its chain in memory.`,
      ],
    );
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    anvil.stop();
  }
} finally {
  await host.remove();
}
