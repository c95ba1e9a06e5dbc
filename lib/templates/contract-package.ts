import { isAddress } from 'viem';
import { z } from 'zod';
import { abiSchema, constructorInputs } from './abi';
import { encodeConstructorArguments } from './constructor-arguments';

/** Largest creation code, constructor arguments included (EIP-3860). */
export const initCodeBytesMax = 49_152;

const address = z
  .string()
  .trim()
  .refine((text) => isAddress(text, { strict: false }), 'Give an address: 0x and 40 hexadecimal digits.')
  .refine((text) => !/^0x0{40}$/i.test(text), 'The zero address belongs to nobody.');

const printable = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;

export const erc20ParametersSchema = z.strictObject({
  name: z.string().trim().min(1, 'Name the token.').max(64, 'Use at most 64 characters.').regex(printable, 'Use letters, digits and signs on one line.'),
  symbol: z
    .string()
    .trim()
    .min(1, 'Give the token a symbol.')
    .max(11, 'Use at most 11 characters.')
    .regex(/^[\p{L}\p{N}$._-]+$/u, 'Use letters and digits.'),
  /** Whole tokens, decimal digits: more than a JavaScript number can hold. */
  initialSupply: z
    .string()
    .trim()
    .regex(/^[1-9]\d{0,29}$/, 'Give a whole number above zero, of at most 30 digits.'),
  owner: address,
});

const templatePackage = z.discriminatedUnion('template', [
  z.strictObject({ kind: z.literal('template'), template: z.literal('erc20'), parameters: erc20ParametersSchema }),
  z.strictObject({ kind: z.literal('template'), template: z.literal('evidence-notary'), parameters: z.strictObject({}) }),
]);

/** A ready chaincode under a name by which clients call it. */
const chaincodePackage = z.strictObject({
  kind: z.literal('chaincode'),
  template: z.enum(['asset-transfer', 'evidence-notary'], 'Choose a chaincode.'),
  name: z
    .string('Name the chaincode.')
    .trim()
    .min(1, 'Name the chaincode.')
    .max(64, 'Use at most 64 characters.')
    .regex(/^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$/, 'Use letters and digits, with single hyphens or underscores in between.'),
});

const bytecode = z.preprocess(
  (value) => (typeof value === 'string' ? value.trim().replace(/^(?!0x)/i, '0x') : value),
  z.string('Paste the creation bytecode.').check((context) => {
    const message = bytecodeProblem(context.value);
    if (message) context.issues.push({ code: 'custom', input: context.value, message });
  }),
);

/** The first thing that keeps the text from being deployed, in the order in which a person would mend it. */
function bytecodeProblem(text: string): string | undefined {
  if (text.length <= 2) return 'Paste the creation bytecode.';
  if (text.includes('__$')) return 'The bytecode still has places for libraries: link it first.';
  if (!/^0x[0-9a-f]*$/i.test(text)) return 'The bytecode is not hexadecimal digits.';
  if (text.length % 2 !== 0) return 'The bytecode ends in half a byte: it was cut off.';
  if (text.length > 2 + 2 * initCodeBytesMax) return `The bytecode is longer than ${initCodeBytesMax.toLocaleString('en-US')} bytes.`;
  return undefined;
}

const ownPackage = z
  .strictObject({
    kind: z.literal('own'),
    name: z.string().trim().min(1, 'Name the contract.').max(64, 'Use at most 64 characters.').regex(printable, 'Use letters, digits and signs on one line.'),
    abi: abiSchema,
    bytecode,
    constructorArguments: z.array(z.string().max(20_000)).max(32).default([]),
  })
  .check((context) => {
    const { abi, constructorArguments } = context.value;
    try {
      const argumentsHex = encodeConstructorArguments(constructorInputs(abi), constructorArguments);
      const sizeBytes = (context.value.bytecode.length - 2 + argumentsHex.length - 2) / 2;
      if (sizeBytes <= initCodeBytesMax) return;
      const message = `The bytecode and its constructor arguments are ${sizeBytes.toLocaleString('en-US')} bytes together; at most ${initCodeBytesMax.toLocaleString('en-US')} can be deployed.`;
      context.issues.push({ code: 'custom', input: constructorArguments, path: ['constructorArguments'], message });
    } catch (error) {
      context.issues.push({
        code: 'custom',
        input: constructorArguments,
        path: ['constructorArguments'],
        message: error instanceof Error ? error.message : String(error),
      });
    }
  });

/** Of an Ethereum sub-chain: a ready template with parameters, or own ABI and bytecode. */
export const ethereumPackageSchema = z.discriminatedUnion('kind', [templatePackage, ownPackage], 'Choose a template or your own contract.');
export type EthereumPackage = z.output<typeof ethereumPackageSchema>;
/** Of a Fabric channel: a ready chaincode. */
export const chaincodePackageSchema = z.discriminatedUnion('kind', [chaincodePackage], 'Choose a chaincode.');
export type ChaincodePackage = z.output<typeof chaincodePackageSchema>;

/** What an application puts on its sub-chain, whatever its framework. */
export const contractPackageSchema = z.discriminatedUnion('kind', [templatePackage, ownPackage, chaincodePackage], 'Choose a template or your own contract.');
export type ContractPackage = z.output<typeof contractPackageSchema>;
