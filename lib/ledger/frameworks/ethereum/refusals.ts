import { TransactionRefused } from '../../core/framework';

/**
 * Why a transaction may not enter the queue or a block, in the words of go-ethereum: clients (viem, ethers) recognise
 * the cause by them.
 */
const WORDS = {
  malformed: 'rlp: the bytes are not a signed transaction',
  'type-not-supported': 'transaction type not supported',
  unprotected: 'only replay-protected (EIP-155) transactions allowed over RPC',
  oversized: 'oversized data',
  'invalid-sender': 'invalid sender',
  'gas-limit': 'exceeds block gas limit',
  'gas-limit-reached': 'gas limit reached',
  'intrinsic-gas': 'intrinsic gas too low',
  'floor-gas': 'insufficient gas for floor data gas cost',
  'initcode-size': 'max initcode size exceeded',
  'tip-above-fee-cap': 'max priority fee per gas higher than max fee per gas',
  'fee-overflow': 'max fee per gas higher than 2^256-1',
  'nonce-too-low': 'nonce too low',
  'nonce-too-high': 'nonce too high',
  'nonce-max': 'nonce has max value',
  'insufficient-funds': 'insufficient funds for gas * price + value',
  'sender-not-eoa': 'sender not an eoa',
} as const;

export type EthereumRefusalCode = keyof typeof WORDS;

export function refuse(code: EthereumRefusalCode, detail?: string, details: Readonly<Record<string, string>> = {}): TransactionRefused {
  return new TransactionRefused(code, detail === undefined ? WORDS[code] : `${WORDS[code]}: ${detail}`, details);
}
