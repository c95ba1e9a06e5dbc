import { readFileSync } from 'node:fs';
import solc from 'solc';
import { z } from 'zod';
import type { Abi } from 'viem';

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).optional(),
  contracts: z.record(z.string(), z.record(z.string(), z.object({ abi: z.array(z.unknown()), evm: z.object({ bytecode: z.object({ object: z.string() }) }) }))).optional(),
});

/** Compiles the tests' contract, afresh in each run: it needs no frozen artefact. */
export function compileWorkbench(): { abi: Abi; bytecode: `0x${string}` } {
  const source = readFileSync(new URL('./workbench.sol', import.meta.url), 'utf8');
  const input = {
    language: 'Solidity',
    sources: { 'workbench.sol': { content: source } },
    settings: { evmVersion: 'prague', optimizer: { enabled: true, runs: 200 }, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  };
  const output = outputSchema.parse(JSON.parse(z.string().parse(solc.compile(JSON.stringify(input)))));
  const failed = output.errors?.find(({ severity }) => severity === 'error');
  if (failed !== undefined) throw new Error(failed.formattedMessage);
  const contract = output.contracts?.['workbench.sol']?.['Workbench'];
  if (contract === undefined) throw new Error('the workbench did not compile');
  return { abi: contract.abi as Abi, bytecode: `0x${contract.evm.bytecode.object}` };
}
