import solc from 'solc';
import { z } from 'zod';

/** A contract with state, an event, a revert with a reason, a custom error and a loop without end. */
const source = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;
contract Till {
  event Paid(address indexed from, uint256 amount);
  error TooLittle(uint256 given, uint256 wanted);
  mapping(address => uint256) public paid;
  uint256 public total;
  constructor(uint256 start) { require(start < 1000, "start is too high"); total = start; }
  function pay(uint256 amount) external returns (uint256) {
    require(amount != 13, "thirteen is refused");
    if (amount < 2) revert TooLittle(amount, 2);
    paid[msg.sender] += amount;
    total += amount;
    emit Paid(msg.sender, amount);
    return total;
  }
  function spin() external view returns (uint256 count) { while (true) count += gasleft() % 7; }
}`;

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).optional(),
  contracts: z.object({ 'till.sol': z.object({ Till: z.object({ abi: z.array(z.record(z.string(), z.unknown())), evm: z.object({ bytecode: z.object({ object: z.string() }) }) }) }) }),
});

export function compileTill(): { abi: Record<string, unknown>[]; bytecode: `0x${string}` } {
  const input = {
    language: 'Solidity',
    sources: { 'till.sol': { content: source } },
    settings: { evmVersion: 'prague', optimizer: { enabled: true }, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  };
  const compile: (input: string) => string = solc.compile;
  const output = outputSchema.parse(JSON.parse(compile(JSON.stringify(input))));
  const failures = (output.errors ?? []).filter((error) => error.severity === 'error');
  if (failures.length > 0) throw new Error(failures.map((error) => error.formattedMessage).join('\n'));
  const { abi, evm } = output.contracts['till.sol'].Till;
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}
