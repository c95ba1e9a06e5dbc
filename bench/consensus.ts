// Agreement: blocks a second and latency with 1, 4 and 7 validators, in one process and as processes; real signatures, fdatasync.
import { measureInProcess } from './consensus/in-process';
import { measureProcesses } from './consensus/processes';
import { recordResult } from './record-result';

const [one, four, seven] = [await measureInProcess(1), await measureInProcess(4), await measureInProcess(7)];
const processes = await measureProcesses(4);
const result = recordResult(
  'consensus',
  'Agreement of validators',
  {
    blocksPerSecond1: one.blocksPerSecond,
    blocksPerSecond4: four.blocksPerSecond,
    blocksPerSecond7: seven.blocksPerSecond,
    p50Ms1: one.p50Ms,
    p50Ms4: four.p50Ms,
    p50Ms7: seven.p50Ms,
    processes4P50Ms: processes.p50Ms,
    processes4BlocksPerSecond: processes.blocksPerSecond,
    transactionsPerSecond1: one.transactionsPerSecond,
    transactionsPerSecond4: four.transactionsPerSecond,
    transactionsPerSecond7: seven.transactionsPerSecond,
    processes4TransactionsPerSecond: processes.transactionsPerSecond,
    fsyncsPerBlock1: one.fsyncsPerBlock,
    fsyncsPerBlock4: four.fsyncsPerBlock,
  },
  [
    'Signed Ethereum transfers; P-256 votes and certificates; every validator executes every block and runs fdatasync on a log of its own, on the same disk and the same two cores. In process: calls of the engine. As processes: clients over HTTP, peers over gRPC with mutual TLS. p50: one client, one transaction at a time, each at another validator. Blocks and transactions a second: 16 clients in a closed loop.',
  ],
);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
