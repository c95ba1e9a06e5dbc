import { describe, expect, it } from 'vitest';
import erc20 from './artefacts/erc20-token.json';
import notary from './artefacts/evidence-notary.json';
import { compileContract } from './testing';

describe('template artefacts', () => {
  it.each([erc20, notary])('are what the compiler makes of the source beside them: $contract', (artefact) => {
    expect(artefact).toEqual(JSON.parse(JSON.stringify(compileContract(artefact.contract))));
  });
});
