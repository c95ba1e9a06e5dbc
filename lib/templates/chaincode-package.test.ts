import { describe, expect, it } from 'vitest';
import { makeChaincode, makePackage } from '@/lib/chaincode-packages/testing';
import { chaincodePackageOf, chaincodeTemplates, checkChaincodePackage } from './index';

const ids = chaincodeTemplates.map(({ id }) => id);

describe('the package of a chaincode template', () => {
  it.each(ids)('%s would be taken by every city node as it is', async (id) => {
    const { packageId, label, bytes, version } = chaincodePackageOf(id);
    expect(label).toBe(`${id}_${version}`);
    expect(await checkChaincodePackage(bytes)).toMatchObject({ packageId, label });
  });

  it('may have a label of its publisher’s, which Fabric’s rule holds for', () => {
    expect(chaincodePackageOf('asset-transfer', 'basic_1.0').packageId).toMatch(/^basic_1\.0:[0-9a-f]{64}$/);
    expect(() => chaincodePackageOf('asset-transfer', 'basic 1')).toThrow(/the label "basic 1"/);
  });

  it.each(ids)('%s leaves nothing to guess about its functions: names, arguments and what they do', (id) => {
    const { name, summary, functions } = chaincodeTemplates.find((one) => one.id === id) ?? { functions: [] };
    expect([name, summary].every((words) => (words ?? '').length > 0)).toBe(true);
    expect(new Set(functions.map((one) => one.name)).size).toBe(functions.length);
    for (const one of functions) expect([one.name, one.does.endsWith('.'), one.kind === 'submit'], one.name).toEqual([one.name, true, one.event !== undefined]);
  });
});

describe('an uploaded package', () => {
  it('is judged as the city node will, with what the chaincode runtime provides', async () => {
    expect(await checkChaincodePackage(makeChaincode('exports.contracts = [];', 'mine_1'))).toMatchObject({ label: 'mine_1', fileCount: 2 });
    const foreign = makePackage([{ path: 'src/package.json', bytes: JSON.stringify({ main: 'index.js', dependencies: { 'left-pad': '1' } }) }, { path: 'src/index.js', bytes: '' }]);
    await expect(checkChaincodePackage(foreign)).rejects.toMatchObject({ name: 'PackageInvalid', message: expect.stringContaining('depends on left-pad, which is not there') });
    await expect(checkChaincodePackage(makePackage([], { type: 'golang', label: 'a' }))).rejects.toMatchObject({ message: expect.stringContaining('only "node" can') });
  });
});
