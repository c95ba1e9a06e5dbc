// `npx tsx scripts/compile-templates.ts`: writes the artefacts of the templates after their sources changed. Chaincode is
// compiled against the chaincode runtime, which `npm start` and `npm run with-services` install.
import { writeFileSync } from 'node:fs';
import { compileChaincode, compileContract } from '../lib/templates/testing';

const write = (file: string, artefact: unknown) => writeFileSync(new URL(`../lib/templates/artefacts/${file}.json`, import.meta.url), `${JSON.stringify(artefact, null, 2)}\n`);

write('erc20-token', compileContract('Erc20Token'));
write('evidence-notary', compileContract('EvidenceNotary'));
for (const chaincode of ['asset-transfer', 'evidence-notary']) write(`${chaincode}-chaincode`, compileChaincode(chaincode));
