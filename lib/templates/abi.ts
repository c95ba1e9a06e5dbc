import { z } from 'zod';
import { findUnstorable } from '@/lib/platform/client';

/** One parameter of a function, event, error or constructor, as Solidity's compiler writes it. */
export interface AbiParameter {
  name?: string | undefined;
  type: string;
  components?: AbiParameter[] | undefined;
  indexed?: boolean | undefined;
  internalType?: string | undefined;
}

const parameterSchema: z.ZodType<AbiParameter> = z.object({
  name: z.string().max(200).optional(),
  type: z.string().regex(/^(?:u?int\d{0,3}|address|bool|string|function|bytes\d{0,2}|tuple)(?:\[\d{0,6}\])*$/, 'is not an ABI type'),
  get components() {
    return z.array(parameterSchema).max(100).optional();
  },
  indexed: z.boolean().optional(),
  internalType: z.string().max(400).optional(),
});

const mutability = z.enum(['pure', 'view', 'nonpayable', 'payable']).optional();
const parameters = z.array(parameterSchema).max(100).default([]);
const name = z.string().regex(/^[A-Za-z_$][\w$]{0,199}$/, 'is not a name');

const entrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('function'), name, inputs: parameters, outputs: parameters, stateMutability: mutability }),
  z.object({ type: z.literal('constructor'), inputs: parameters, stateMutability: mutability }),
  z.object({ type: z.literal('event'), name, inputs: parameters, anonymous: z.boolean().optional() }),
  z.object({ type: z.literal('error'), name, inputs: parameters }),
  z.object({ type: z.literal('fallback'), stateMutability: mutability }),
  z.object({ type: z.literal('receive'), stateMutability: mutability }),
]);

/** A contract's interface: JSON text, as compilers print it, or the parsed array. */
export const abiSchema = z.preprocess(
  parseText,
  z.array(entrySchema, 'Paste the ABI: a JSON array, as the compiler prints it.').min(1, 'The ABI is empty.').max(2_000, 'Use at most 2,000 ABI entries.'),
);
export type Abi = z.output<typeof abiSchema>;

export function constructorInputs(abi: Abi): AbiParameter[] {
  const found = abi.find((entry) => entry.type === 'constructor');
  return found && 'inputs' in found ? found.inputs : [];
}

/** What stands in the text; it is refused here where the schema behind, which calls itself, could not take it. */
function parseText(input: unknown, context: z.core.$RefinementCtx): unknown {
  const value = typeof input === 'string' ? jsonOf(input) : input;
  const unstorable = findUnstorable(value);
  if (!unstorable) return value;
  context.issues.push({ code: 'custom', input, message: unstorable.message });
  return z.NEVER;
}

/** Text that is not JSON stays text, and the schema behind says what it wants instead. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
