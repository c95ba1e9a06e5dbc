import { floorGas, INITCODE_BYTES_MAX, intrinsicGas, type AccountState } from '../../vm/evm';
import type { ChainRules } from './config';
import { refuse } from './refusals';
import type { Transaction } from './transaction';

/** go-ethereum's limit for what its pool takes. */
export const TRANSACTION_BYTES_MAX = 128 * 1024;
/**
 * How far ahead of its account's nonce a transaction may be. The queue holds such transactions back until the gap is
 * filled; beyond this they are refused rather than kept waiting.
 */
export const NONCE_AHEAD_MAX = 64n;
const NONCE_MAX = 2n ** 64n - 1n;
const UINT256_MAX = 2n ** 256n - 1n;

/** Checks that need no state. Throws `TransactionRefused`. */
export function checkForm(transaction: Transaction, sizeBytes: number, rules: ChainRules): void {
  if (sizeBytes > TRANSACTION_BYTES_MAX) throw refuse('oversized', `transaction size ${sizeBytes}, limit ${TRANSACTION_BYTES_MAX}`);
  if (transaction.chainId === undefined) throw refuse('unprotected');
  if (transaction.chainId !== rules.chainId) {
    throw refuse('invalid-sender', `invalid chain id for signer: have ${transaction.chainId} want ${rules.chainId}`);
  }
  if (transaction.maxPriorityFeePerGas > transaction.maxFeePerGas) throw refuse('tip-above-fee-cap');
  checkGas(transaction, rules);
  const floor = floorGas(transaction);
  if (transaction.gasLimit < floor) throw refuse('floor-gas', `gas ${transaction.gasLimit}, minimum needed ${floor}`);
}

/** Gas limits and sizes, in go-ethereum's order. */
export function checkGas(transaction: Transaction, rules: Pick<ChainRules, 'blockGasLimit'>): void {
  if (transaction.to === undefined && transaction.data.length > INITCODE_BYTES_MAX) {
    throw refuse('initcode-size', `code size ${transaction.data.length}, limit ${INITCODE_BYTES_MAX}`);
  }
  if (transaction.gasLimit > rules.blockGasLimit) throw refuse('gas-limit', `gas ${transaction.gasLimit}, limit ${rules.blockGasLimit}`);
  const intrinsic = intrinsicGas(transaction);
  if (transaction.gasLimit < intrinsic) throw refuse('intrinsic-gas', `gas ${transaction.gasLimit}, minimum needed ${intrinsic}`);
}

/** May its sender's account pay for it and send at all? The nonce is not looked at. Throws `TransactionRefused`. */
export function checkAccount(transaction: Transaction, account: AccountState, hasCode: boolean): void {
  if (hasCode) throw refuse('sender-not-eoa');
  if (transaction.nonce === NONCE_MAX) throw refuse('nonce-max');
  const cost = transaction.gasLimit * transaction.maxFeePerGas + transaction.value;
  if (cost > UINT256_MAX || account.balance < cost) {
    throw refuse('insufficient-funds', `balance ${account.balance}, tx cost ${cost}, overshot ${cost - account.balance}`);
  }
}

/** The nonce at the door: it may be ahead, to a limit. Throws `TransactionRefused`. */
export function checkNonceAhead(transaction: Transaction, next: bigint): void {
  if (transaction.nonce < next) throw refuse('nonce-too-low', `next nonce ${next}, tx nonce ${transaction.nonce}`);
  if (transaction.nonce > next + NONCE_AHEAD_MAX) throw refuse('nonce-too-high', `tx nonce ${transaction.nonce}, next nonce ${next}, at most ${NONCE_AHEAD_MAX} ahead`);
}

/** The nonce in a block: exactly the next one. Throws `TransactionRefused`. */
export function checkNonceNext(transaction: Transaction, next: bigint): void {
  if (transaction.nonce < next) throw refuse('nonce-too-low', `next nonce ${next}, tx nonce ${transaction.nonce}`);
  if (transaction.nonce > next) throw refuse('nonce-too-high', `next nonce ${next}, tx nonce ${transaction.nonce}`);
}
