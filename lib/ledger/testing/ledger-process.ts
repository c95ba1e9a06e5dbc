import { createInProcessNetwork } from '../core/in-process-network';
import { openLedgerHost } from '../open-ledger-host';
import { counterFramework } from './counter-framework';
import { createManualPorts } from './manual-ports';
import { add, openTestChain, TEST_CHAIN } from './test-nodes';

/**
 * A process of its own for tests that kill one: opens the directory of its first argument, makes the test's sub-chain
 * there, then submits for ever and writes each acknowledged transaction to its output, `<height> <index>` a line.
 * With `hold` as second argument it only keeps the directory open.
 */
const [directory, mode] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: ledger-process <directory> [hold]');
const { link, enter } = createInProcessNetwork().connect();
const host = await openLedgerHost({
  directory,
  keyEncryptionKey: new Uint8Array(32).fill(5),
  frameworks: [counterFramework],
  link,
  ports: createManualPorts().ports,
});
enter('C0', host);
process.stdout.write('open\n');
if (mode === 'hold') {
  process.stdin.resume();
} else {
  if (!host.has(TEST_CHAIN)) await openTestChain([{ host }]);
  const submit = async (): Promise<never> => {
    for (;;) {
      // Unlike any transaction of an earlier life, which began at a lower head.
      const answer = await host.submit(TEST_CHAIN, add(`at ${host.head(TEST_CHAIN).height}`, 1));
      if (answer.state === 'final') process.stdout.write(`${answer.height} ${answer.index}\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, submit));
}
