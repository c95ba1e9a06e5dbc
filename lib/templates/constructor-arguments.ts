import { encodeAbiParameters, type Hex } from 'viem';
import type { AbiParameter } from './abi';

/**
 * Encodes arguments that a person typed, by the constructor's types: numbers in decimal digits or 0x, booleans as
 * `true` or `false`, addresses and bytes as 0x…, arrays and tuples as JSON.
 * Throws an Error whose message names the argument and says what it should be.
 */
export function encodeConstructorArguments(inputs: readonly AbiParameter[], texts: readonly string[]): Hex {
  if (texts.length !== inputs.length) {
    throw new Error(`The constructor takes ${inputs.length} ${inputs.length === 1 ? 'argument' : 'arguments'}, ${texts.length} given.`);
  }
  const values = inputs.map((input, index) => parseArgument(input, texts[index]!, labelOf(input, index)));
  try {
    return encodeAbiParameters(inputs, values);
  } catch (error) {
    // viem's first line says which value does not fit which type; the rest is a link and its version.
    throw new Error(error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error), { cause: error });
  }
}

function labelOf(input: AbiParameter, index: number): string {
  return input.name ? `“${input.name}”` : `Argument ${index + 1}`;
}

function parseArgument(input: AbiParameter, text: string, label: string): unknown {
  if (input.type.endsWith(']') || input.type === 'tuple') return convert(input, parseJson(text, label), label);
  return convert(input, input.type === 'string' ? text : text.trim(), label);
}

function parseJson(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${label} must be JSON, such as ["0x…", "0x…"].`, { cause: error });
  }
}

function convert(input: AbiParameter, value: unknown, label: string): unknown {
  const element = /^(.*)\[\d*\]$/.exec(input.type);
  if (element) {
    if (!Array.isArray(value)) throw new Error(`${label} must be a JSON array.`);
    return value.map((item, index) => convert({ ...input, type: element[1]! }, item, `${label}[${index}]`));
  }
  if (input.type === 'tuple') return convertTuple(input.components ?? [], value, label);
  if (input.type === 'bool') return convertBoolean(value, label);
  if (/^u?int/.test(input.type)) return convertInteger(value, label);
  if (typeof value !== 'string') throw new Error(`${label} must be text.`);
  return value;
}

function convertTuple(components: readonly AbiParameter[], value: unknown, label: string): unknown {
  if (Array.isArray(value) && value.length === components.length) {
    return Object.fromEntries(components.map((component, index) => [component.name || index, convert(component, value[index], `${label}[${index}]`)]));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${label} must be a JSON object with ${components.map((component) => component.name).join(', ')}.`);
  }
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(
    components.map((component) => {
      const name = component.name ?? '';
      if (!(name in fields)) throw new Error(`${label} lacks “${name}”.`);
      return [name, convert(component, fields[name], `${label}.${name}`)];
    }),
  );
}

function convertBoolean(value: unknown, label: string): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new Error(`${label} must be true or false.`);
}

function convertInteger(value: unknown, label: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?(?:\d{1,78}|0x[0-9a-f]{1,64})$/i.test(value)) return value.startsWith('-') ? -BigInt(value.slice(1)) : BigInt(value);
  throw new Error(`${label} must be a whole number.`);
}
