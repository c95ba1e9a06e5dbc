import { encodeFunctionData, parseAbi, type Abi } from 'viem';
import { describe, expect, it } from 'vitest';
import { functionNames, readCall } from './index';

const owner = '0x71C7656EC7ab88b098defB751B7401B5f6d8976F';
const token = { kind: 'template', template: 'erc20', parameters: { name: 'Harbour', symbol: 'HBR', initialSupply: '1000000', owner } };
const erc20 = parseAbi(['function transfer(address to, uint256 value)', 'function mint(address to, uint256 value)']);
const transfer = encodeFunctionData({ abi: erc20, functionName: 'transfer', args: [owner, 2n ** 200n] });

describe('a call in the words of the contract package', () => {
  it('names the function and its arguments, and loses no digit of a large amount', () => {
    expect(functionNames(token)).toMatchObject({ '0xa9059cbb': 'transfer', '0x095ea7b3': 'approve' });
    expect(readCall(token, transfer)).toEqual({
      name: 'transfer',
      arguments: [
        { name: 'to', type: 'address', value: owner },
        { name: 'value', type: 'uint256', value: String(2n ** 200n) },
      ],
    });
  });

  it('reads lists and records of an own contract', () => {
    const inputs = [{ name: 'amounts', type: 'uint256[]' }, { name: 'lot', type: 'tuple', components: [{ name: 'sealed', type: 'bool' }, { name: 'note', type: 'string' }] }, { name: 'open', type: 'bool' }];
    const abi = [{ type: 'function', name: 'store', inputs, outputs: [], stateMutability: 'nonpayable' }] as const;
    const data = encodeFunctionData({ abi: abi as unknown as Abi, functionName: 'store', args: [[1n, 2n ** 70n], { sealed: true, note: 'x' }, false] });
    const call = readCall({ kind: 'own', name: 'Mine', abi, bytecode: '0x6001', constructorArguments: [] }, data);
    expect(call?.arguments.map(({ value }) => value)).toEqual(['["1","1180591620717411303424"]', '{"sealed":true,"note":"x"}', 'false']);
  });

  it('says nothing about what the contract does not have, about data that was cut off, and without a contract', () => {
    expect(readCall(token, encodeFunctionData({ abi: erc20, functionName: 'mint', args: [owner, 1n] }))).toBeUndefined();
    expect(readCall(token, transfer.slice(0, 40))).toBeUndefined();
    expect(readCall(token, '0x')).toBeUndefined();
    expect(readCall(null, transfer)).toBeUndefined();
    expect(functionNames(null)).toEqual({});
  });
});
