import { describe, expect, it } from 'vitest';
import assetTransfer from './artefacts/asset-transfer-chaincode.json';
import evidenceNotary from './artefacts/evidence-notary-chaincode.json';
import { compileChaincode } from './testing';

describe('chaincode artefacts', () => {
  it.each([assetTransfer, evidenceNotary])('are what the compiler makes of the sources against the stock contract API: $chaincode', (artefact) => {
    expect(artefact).toEqual(compileChaincode(artefact.chaincode));
  });
});
