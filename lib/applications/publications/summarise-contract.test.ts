import { contractPackageSchema } from '@/lib/templates';
import { expect, it } from 'vitest';
import { summariseContract } from './summarise-contract';

it('says what an own contract is without repeating its code', () => {
  const own = contractPackageSchema.parse({
    kind: 'own',
    name: 'Notary',
    abi: JSON.stringify([
      { type: 'constructor', inputs: [{ name: 'owner', type: 'address' }] },
      { type: 'function', name: 'record', inputs: [], outputs: [] },
      { type: 'event', name: 'Recorded', inputs: [] },
    ]),
    bytecode: '60016002',
    constructorArguments: ['0x70997970C51812dc3A010C7d01b50e0d17dc79C8'],
  });
  expect(summariseContract(own)).toEqual({
    kind: 'own',
    name: 'Notary',
    functions: 1,
    bytecodeBytes: 4,
    constructorArguments: ['0x70997970C51812dc3A010C7d01b50e0d17dc79C8'],
  });
});

it('repeats what a template was asked to be', () => {
  const parameters = { name: 'Harbour token', symbol: 'HBR', initialSupply: '1000', owner: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' };
  const token = contractPackageSchema.parse({ kind: 'template', template: 'erc20', parameters });
  expect(summariseContract(token)).toEqual({ kind: 'template', template: 'erc20', parameters });
});

it('says nothing where there is no package', () => {
  expect(summariseContract(null)).toBeNull();
});
