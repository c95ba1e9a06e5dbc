import { EVMError } from '@ethereumjs/evm';
import type { EvmFailure } from './evm';

const { errorMessages } = EVMError;

/** The library's words in go-ethereum's, which clients and their users know. */
const WORDS: Readonly<Record<string, string>> = {
  [errorMessages.OUT_OF_GAS]: 'out of gas',
  [errorMessages.CODESTORE_OUT_OF_GAS]: 'contract creation code storage out of gas',
  [errorMessages.CODESIZE_EXCEEDS_MAXIMUM]: 'max code size exceeded',
  [errorMessages.INITCODE_SIZE_VIOLATION]: 'max initcode size exceeded',
  [errorMessages.INVALID_BYTECODE_RESULT]: 'invalid code: must not begin with 0xef',
  [errorMessages.STACK_OVERFLOW]: 'stack limit reached 1024 (1023)',
  [errorMessages.OUT_OF_RANGE]: 'return data out of bounds',
  [errorMessages.STATIC_STATE_CHANGE]: 'write protection',
  [errorMessages.CREATE_COLLISION]: 'contract address collision',
  [errorMessages.INSUFFICIENT_BALANCE]: 'insufficient balance for transfer',
};

export function failureOf(error: EVMError): EvmFailure {
  if (error.error === errorMessages.REVERT) return { kind: 'revert', message: 'execution reverted' };
  // The library adds where the jump was.
  if (error.error.startsWith(errorMessages.INVALID_JUMP)) return { kind: 'halt', message: 'invalid jump destination' };
  return { kind: 'halt', message: WORDS[error.error] ?? error.error };
}
