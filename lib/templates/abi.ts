import { z } from 'zod';

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

/** Text that is not JSON stays text, and the schema behind says what it wants instead. */
function parseText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
