import { decodeAbiParameters, type Hex } from 'viem';
import { describe, expect, it } from 'vitest';
import erc20 from './artefacts/erc20-token.json';
import { contractOf, ethereumPackageSchema, encodeDeployment, initCodeBytesMax } from './index';

const owner = '0x71C7656EC7ab88b098defB751B7401B5f6d8976F';
const token = { kind: 'template', template: 'erc20', parameters: { name: 'Harbour', symbol: 'HBR', initialSupply: '1000000', owner } };
const own = (changes: object = {}) => ({ kind: 'own', name: 'Mine', abi: '[{"type":"function","name":"f","inputs":[]}]', bytecode: '0x6001', ...changes });
const constructorAbi = (...types: string[]) => [{ type: 'constructor', inputs: types.map((type, index) => ({ type, name: `a${index}` })) }];

/** Messages by path, as a form shows them. */
function refusals(input: unknown): Record<string, string> {
  const parsed = ethereumPackageSchema.safeParse(input);
  return Object.fromEntries((parsed.error?.issues ?? []).map((issue) => [issue.path.join('.'), issue.message]));
}

describe('ethereumPackageSchema', () => {
  it('takes a complete template and gives it back the same, so that a stored package parses again', () => {
    const parsed = ethereumPackageSchema.parse(token);
    expect(ethereumPackageSchema.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
    const mine = ethereumPackageSchema.parse(own());
    expect(ethereumPackageSchema.parse(JSON.parse(JSON.stringify(mine)))).toEqual(mine);
  });

  it('names each field of a token that is wrong', () => {
    const wrong = refusals({ ...token, parameters: { name: ' ', symbol: 'A B', initialSupply: '1.5', owner: '0x12' } });
    expect(Object.keys(wrong).sort()).toEqual(['parameters.initialSupply', 'parameters.name', 'parameters.owner', 'parameters.symbol']);
    expect(refusals({ ...token, parameters: { ...token.parameters, owner: `0x${'0'.repeat(40)}` } })).toHaveProperty(['parameters.owner']);
  });

  it.each([
    ['0x60zz', /not hexadecimal/],
    ['0x600', /half a byte/],
    ['0x', /Paste/],
    ['', /Paste/],
    ['0x60__$abc$__', /libraries/],
    [`0x${'00'.repeat(initCodeBytesMax + 1)}`, /longer than 49,152/],
  ])('refuses bytecode that cannot be deployed and says why (%#)', (bytecode, message) => {
    expect(refusals(own({ bytecode })).bytecode).toMatch(message);
  });

  it('takes bytecode without 0x, as compilers print it', () => {
    expect(ethereumPackageSchema.parse(own({ bytecode: ' 6001\n' }))).toMatchObject({ bytecode: '0x6001' });
  });

  it.each(['', 'not json', '{}', '[]', '[{"type":"function"}]', '[{"type":"function","name":"f","inputs":[{"type":"uint3x"}]}]'])(
    'refuses an ABI that no compiler prints: %s',
    (abi) => expect(Object.keys(refusals(own({ abi }))).join()).toMatch(/^abi/),
  );

  it('refuses an ABI that is nested too deep to be walked, or holds what cannot be stored, instead of failing on it', () => {
    const deep = `[{"type":"constructor","inputs":[${'{"type":"tuple","components":['.repeat(5_000)}${']}'.repeat(5_000)}]}]`;
    expect(refusals(own({ abi: deep }))).toEqual({ abi: expect.stringContaining('levels deep') });
    expect(refusals(own({ abi: '[{"type":"function","name":"f","inputs":[{"type":"bool","internalType":"a\\u0000"}]}]' }))).toEqual({ abi: expect.stringContaining('cannot be stored') });
  });

  it('follows tuples of any depth in an ABI', () => {
    const abi = [{ type: 'function', name: 'f', inputs: [{ type: 'tuple[]', components: [{ type: 'tuple', name: 'x', components: [{ type: 'uint8', name: 'y' }] }] }] }];
    expect(refusals(own({ abi }))).toEqual({});
  });

  it.each([
    [['uint256'], [], /takes 1 argument, 0 given/],
    [['uint8'], ['300'], /300/],
    [['uint256'], ['1e3'], /“a0” must be a whole number/],
    [['bool'], ['yes'], /true or false/],
    [['address'], ['0x12'], /address/i],
    [['uint256[2]'], ['[1]'], /length|argument/i],
    [['uint256[]'], ['1,2'], /JSON/],
  ])('checks constructor arguments by their types: %j %j', (types, constructorArguments, message) => {
    expect(refusals(own({ abi: constructorAbi(...types), constructorArguments })).constructorArguments).toMatch(message);
  });
});

describe('creation code and arguments together', () => {
  it('may not pass the limit of the chain, which counts both', () => {
    const full = `0x${'00'.repeat(initCodeBytesMax - 32)}`;
    const argument = { abi: constructorAbi('uint256'), constructorArguments: ['1'] };
    expect(refusals(own({ bytecode: full, ...argument }))).toEqual({});
    expect(refusals(own({ bytecode: `${full}00`, ...argument })).constructorArguments).toMatch(/49,153 bytes together/);
  });
});

describe('encodeDeployment', () => {
  it('puts a token’s parameters behind the creation code, without losing digits of a large supply', () => {
    const supply = '123456789012345678901234567890';
    const data = encodeDeployment(ethereumPackageSchema.parse({ ...token, parameters: { ...token.parameters, initialSupply: supply } }));
    expect(data.startsWith(erc20.bytecode)).toBe(true);
    const values = decodeAbiParameters([{ type: 'string' }, { type: 'string' }, { type: 'uint256' }, { type: 'address' }], `0x${data.slice(erc20.bytecode.length)}` as Hex);
    expect(values).toEqual(['Harbour', 'HBR', BigInt(supply), owner]);
  });

  it('encodes what a person typed for an own constructor, tuples and lists as JSON', () => {
    const abi = [{ type: 'constructor', inputs: [{ type: 'int8', name: 'a' }, { type: 'bool[]', name: 'b' }, { type: 'tuple', name: 'c', components: [{ type: 'bytes2', name: 'd' }, { type: 'string', name: 'e' }] }] }];
    const data = encodeDeployment(ethereumPackageSchema.parse(own({ abi, constructorArguments: ['-5', '[true,"false"]', '{"d":"0xabcd","e":"text"}'] })));
    const values = decodeAbiParameters(
      [{ type: 'int8' }, { type: 'bool[]' }, { type: 'tuple', components: [{ type: 'bytes2', name: 'd' }, { type: 'string', name: 'e' }] }],
      `0x${data.slice('0x6001'.length)}`,
    );
    expect(values).toEqual([-5, [true, false], { d: '0xabcd', e: 'text' }]);
  });

  it('gives the creation code alone where there is no constructor', () => {
    expect(encodeDeployment(ethereumPackageSchema.parse(own()))).toBe('0x6001');
    expect(contractOf(ethereumPackageSchema.parse({ kind: 'template', template: 'evidence-notary', parameters: {} })).name).toBe('EvidenceNotary');
  });
});
