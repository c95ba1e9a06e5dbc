import { z } from 'zod';
import type { ContractSummary } from '../client';

const storedSchema = z.union([
  z.object({ kind: z.literal('chaincode'), template: z.string(), name: z.string() }),
  z.object({ kind: z.literal('template'), template: z.string(), parameters: z.record(z.string(), z.coerce.string()) }),
  z.object({
    kind: z.literal('own'),
    name: z.string(),
    abi: z.array(z.object({ type: z.string() })),
    bytecode: z.string(),
    constructorArguments: z.array(z.string()),
  }),
]);

/** What a submitted contract package is, for somebody who decides about it; null where there is none. */
export function summariseContract(contractPackage: unknown): ContractSummary | null {
  const { data } = storedSchema.safeParse(contractPackage);
  if (!data) return null;
  if (data.kind !== 'own') return data;
  const { kind, name, abi, bytecode, constructorArguments } = data;
  return {
    kind,
    name,
    functions: abi.filter((entry) => entry.type === 'function').length,
    bytecodeBytes: (bytecode.length - '0x'.length) / 2,
    constructorArguments,
  };
}
