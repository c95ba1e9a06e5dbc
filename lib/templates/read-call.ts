import { decodeFunctionData, toFunctionSelector, type Abi, type AbiFunction, type Hex } from 'viem';
import { ethereumPackageSchema } from './contract-package';
import { contractOf } from './encode-deployment';

export interface ContractCall {
  readonly name: string;
  /** In the function's order; a value is text, as a person reads it, nested ones as JSON. */
  readonly arguments: readonly { readonly name: string; readonly type: string; readonly value: string }[];
}

/** Names of a stored package's functions by selector (0x and 8 digits, lower case); empty where there is no package. */
export function functionNames(contractPackage: unknown): Record<string, string> {
  return Object.fromEntries(functionsOf(contractPackage).map((entry) => [toFunctionSelector(entry), entry.name]));
}

/** What call data says in the words of a stored package; undefined when it is no call of one of its functions. */
export function readCall(contractPackage: unknown, input: string): ContractCall | undefined {
  const entry = functionsOf(contractPackage).find((one) => toFunctionSelector(one) === input.slice(0, 10).toLowerCase());
  if (!entry) return undefined;
  try {
    const { args = [] } = decodeFunctionData({ abi: [entry] as Abi, data: input as Hex });
    return { name: entry.name, arguments: entry.inputs.map(({ name, type }, place) => ({ name: name ?? '', type, value: textOf(args[place]) })) };
  } catch {
    // Anybody may send anything to a contract: data that the function would not take has no words.
    return undefined;
  }
}

function functionsOf(contractPackage: unknown): AbiFunction[] {
  const { data } = ethereumPackageSchema.safeParse(contractPackage);
  return data ? (contractOf(data).abi as Abi).filter((entry) => entry.type === 'function') : [];
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)).replace(/^"(.*)"$/, '$1');
}
