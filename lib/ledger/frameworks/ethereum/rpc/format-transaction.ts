import type { Transaction } from '../transaction';
import { effectiveGasPrice } from '../transaction';
import { BASE_FEE } from '../header';
import { data, quantity, word } from './hex';

export interface TransactionPlace {
  readonly blockHash: Uint8Array;
  readonly blockNumber: number;
  readonly index: number;
  readonly from: Uint8Array;
}

/** A transaction in a block as clients read it. */
export function formatTransaction(transaction: Transaction, place: TransactionPlace): Record<string, unknown> {
  const { signature } = transaction;
  return {
    blockHash: data(place.blockHash),
    blockNumber: quantity(place.blockNumber),
    transactionIndex: quantity(place.index),
    from: data(place.from),
    hash: data(transaction.hash),
    type: quantity(transaction.type),
    ...(transaction.chainId === undefined ? {} : { chainId: quantity(transaction.chainId) }),
    nonce: quantity(transaction.nonce),
    gas: quantity(transaction.gasLimit),
    gasPrice: quantity(effectiveGasPrice(transaction, BASE_FEE)),
    ...(transaction.type === 2 ? { maxFeePerGas: quantity(transaction.maxFeePerGas), maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas) } : {}),
    to: transaction.to === undefined ? null : data(transaction.to),
    value: quantity(transaction.value),
    input: data(transaction.data),
    ...(transaction.type === 0 ? {} : { accessList: transaction.accessList.map(({ address, slots }) => ({ address: data(address), storageKeys: slots.map((slot) => word(slot)) })) }),
    v: quantity(signature.v),
    ...(transaction.type === 0 ? {} : { yParity: quantity(signature.yParity) }),
    r: quantity(signature.r),
    s: quantity(signature.s),
  };
}
