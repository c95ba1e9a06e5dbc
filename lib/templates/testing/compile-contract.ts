import { readFileSync } from 'node:fs';
import path from 'node:path';
import solc from 'solc';
import { z } from 'zod';

/** What a template's artefact file holds. */
export interface ContractArtefact {
  readonly contract: string;
  readonly compiler: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly abi: readonly unknown[];
  /** Creation code, hexadecimal digits with 0x. */
  readonly bytecode: string;
}

/** Fixed, so that anybody gets the same bytes: no metadata hash, which would depend on paths and comments. */
const settings = {
  evmVersion: 'shanghai',
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
} as const;

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z.record(z.string(), z.record(z.string(), z.object({ abi: z.array(z.unknown()), evm: z.object({ bytecode: z.object({ object: z.string() }) }) }))).default({}),
});

/** Compiles one of the room's own Solidity files; throws with the compiler's words, also for a warning. */
export function compileContract(contract: string): ContractArtefact {
  const file = `${contract}.sol`;
  const content = readFileSync(path.resolve(import.meta.dirname, '../contracts', file), 'utf8');
  const input = {
    language: 'Solidity',
    sources: { [file]: { content } },
    settings: { ...settings, outputSelection: { [file]: { [contract]: ['abi', 'evm.bytecode.object'] } } },
  };
  const output = outputSchema.parse(JSON.parse(solc.compile(JSON.stringify(input))));
  if (output.errors.length > 0) throw new Error(output.errors.map((error) => error.formattedMessage).join('\n'));
  const compiled = output.contracts[file]?.[contract];
  if (!compiled) throw new Error(`${file} holds no contract ${contract}`);
  return { contract, compiler: solc.version(), settings, abi: compiled.abi, bytecode: `0x${compiled.evm.bytecode.object}` };
}
