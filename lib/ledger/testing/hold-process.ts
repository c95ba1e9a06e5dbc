import { createInProcessNetwork } from '../core/in-process-network';
import { openLedgerHost } from '../open-ledger-host';
import { counterFramework } from './counter-framework';
import { createManualPorts } from './manual-ports';

/** A process of its own that keeps the directory of its argument open until it is killed. */
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: hold-process <directory>');
await openLedgerHost({
  directory,
  keyEncryptionKey: new Uint8Array(32).fill(5),
  frameworks: [counterFramework],
  link: createInProcessNetwork().connect().link,
  ports: createManualPorts().ports,
});
process.stdout.write('open\n');
process.stdin.resume();
