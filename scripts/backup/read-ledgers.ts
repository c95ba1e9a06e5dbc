import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createEthereumFramework, loadFabric, readCopiedLedgers, reviveCopiedLedgers, type Framework } from '@/lib/ledger';

const usage = `Opens copies of ledgers, reads all of them and writes what is there as JSON.

  read-ledgers --ledgers <file> --out <file> [--index <directory>] [--revive]

The first file is a list of { host, cityNode }: the directory of a city-node process and the city node in it. With --index the
indexes are made there, not in the copies. --revive makes the ledgers fit to be used again.`;

const { values } = parseArgs({ options: { ledgers: { type: 'string' }, out: { type: 'string' }, index: { type: 'string' }, revive: { type: 'boolean', default: false } } });
const { ledgers: list, out, index, revive } = values;
if (!list || !out) throw new Error(usage);

const ledgers = (JSON.parse(readFileSync(list, 'utf8')) as { host: string; cityNode: string }[]).map(({ host, cityNode }) => ({
  // A peer in a process of its own has a directory of its own: `<city node>.<sub-chain>`.
  name: cityNode.replace(/\..*$/, ''),
  directory: path.join(host, cityNode),
  keyEncryptionKey: new Uint8Array(readFileSync(path.join(host, 'node.key'))),
  ...(index === undefined ? {} : { indexDirectory: path.join(index, randomUUID()) }),
}));
const yieldTurn = () => setImmediate();
const { createFabricFramework } = await loadFabric();
const frameworks = [await createEthereumFramework({ yieldTurn, clientVersion: 'Chainworks' }), createFabricFramework({ yieldTurn })] as Framework[];
const say = (level: string) => (fields: object, event: string): void => void process.stderr.write(`${level}: ${event} ${JSON.stringify(fields)}\n`);
const ports = {
  schedule: (delayMs: number, task: () => void) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  yieldTurn,
  logger: { info: say('info'), warn: say('warning'), error: say('error') },
};
const facts = await (revive ? reviveCopiedLedgers : readCopiedLedgers)({ ledgers, frameworks, ports });
writeFileSync(out, JSON.stringify(facts), { mode: 0o600 });
