import { concatHex, encodeAbiParameters, type Hex } from 'viem';
import { constructorInputs } from './abi';
import erc20 from './artefacts/erc20-token.json';
import notary from './artefacts/evidence-notary.json';
import { encodeConstructorArguments } from './constructor-arguments';
import type { EthereumPackage } from './contract-package';

const erc20Constructor = [{ type: 'string' }, { type: 'string' }, { type: 'uint256' }, { type: 'address' }] as const;

/** Data of the transaction that creates the package's contract: creation code and encoded constructor arguments. */
export function encodeDeployment(contractPackage: EthereumPackage): Hex {
  if (contractPackage.kind === 'own') {
    const { abi, bytecode, constructorArguments } = contractPackage;
    return concatHex([bytecode as Hex, encodeConstructorArguments(constructorInputs(abi), constructorArguments)]);
  }
  if (contractPackage.template === 'evidence-notary') return notary.bytecode as Hex;
  const { name, symbol, initialSupply, owner } = contractPackage.parameters;
  return concatHex([erc20.bytecode as Hex, encodeAbiParameters(erc20Constructor, [name, symbol, BigInt(initialSupply), owner as Hex])]);
}

/** Interface and name of the package's contract, for snippets and pages. */
export function contractOf(contractPackage: EthereumPackage): { name: string; abi: readonly unknown[] } {
  if (contractPackage.kind === 'own') return { name: contractPackage.name, abi: contractPackage.abi };
  const artefact = contractPackage.template === 'erc20' ? erc20 : notary;
  return { name: artefact.contract, abi: artefact.abi };
}
