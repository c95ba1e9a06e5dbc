// `npx tsx scripts/compile-templates.ts`: writes the artefacts of the contract templates after their sources changed.
import { writeFileSync } from 'node:fs';
import { compileContract } from '../lib/templates/testing';

for (const [contract, file] of [
  ['Erc20Token', 'erc20-token'],
  ['EvidenceNotary', 'evidence-notary'],
] as const) {
  const target = new URL(`../lib/templates/artefacts/${file}.json`, import.meta.url);
  writeFileSync(target, `${JSON.stringify(compileContract(contract), null, 2)}\n`);
}
