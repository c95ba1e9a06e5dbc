// What copies of ledgers hold, asked of the engine itself in a process of its own.
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleLedgerReader } from '../supervisor/bundle.mjs';
import { SetupError } from '../supervisor/setup-error.mjs';
import { listHostDirectories, listLedgerDirectories } from './take-cut.mjs';

/**
 * Reads all ledgers below a copied data directory.
 * @param {{ family: any, data: string, scratch: string, index?: string, revive?: boolean }} options `scratch`: where two small files
 *   may lie meanwhile; `index`: where the indexes are made instead of beside the logs; `revive`: the ledgers are about to be used
 * @returns {Promise<(import('./manifest.mjs').SavedLedger & { silenced: string[] })[]>}
 */
export async function readLedgers({ family, data, scratch, index, revive = false }) {
  const ledgers = listHostDirectories(data).flatMap((host) => listLedgerDirectories(host).map((cityNode) => ({ host, cityNode })));
  if (ledgers.length === 0) return [];
  const [list, out] = ['ledgers', 'facts'].map((what) => path.join(scratch, `.${what}-${randomUUID()}.json`));
  try {
    writeFileSync(list, JSON.stringify(ledgers), { mode: 0o600 });
    const flags = ['--ledgers', list, '--out', out, ...(index ? ['--index', index] : []), ...(revive ? ['--revive'] : [])];
    const { code, output } = await family.runQuietly([process.execPath, '--enable-source-maps', await bundleLedgerReader(), ...flags]);
    if (code !== 0) throw new SetupError(`The ledgers could not be read:\n${output.trim()}`);
    const facts = JSON.parse(readFileSync(out, 'utf8'));
    return facts.map(({ heads, faults, silenced }, at) => ({ directory: path.relative(data, path.join(ledgers[at].host, ledgers[at].cityNode)), cityNode: ledgers[at].cityNode.replace(/\..*$/, ''), heads, faults, silenced }));
  } finally {
    for (const file of [list, out]) rmSync(file, { force: true });
  }
}
