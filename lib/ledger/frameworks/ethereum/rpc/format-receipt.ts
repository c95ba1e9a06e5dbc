import type { EvmLog } from '../../../vm/evm';
import type { EthereumHeader } from '../header';
import { BASE_FEE } from '../header';
import type { Receipt } from '../receipt';
import { effectiveGasPrice, type Transaction } from '../transaction';
import { data, quantity } from './hex';

export interface ReceiptPlace {
  readonly block: { readonly hash: Uint8Array; readonly height: number; readonly header: EthereumHeader };
  readonly index: number;
  /** Logs of the block before this transaction's. */
  readonly logsBefore: number;
}

export function formatReceipt(transaction: Transaction, receipt: Receipt, bloom: Uint8Array, place: ReceiptPlace): Record<string, unknown> {
  return {
    blockHash: data(place.block.hash),
    blockNumber: quantity(place.block.height),
    transactionHash: data(transaction.hash),
    transactionIndex: quantity(place.index),
    from: data(receipt.from),
    to: transaction.to === undefined ? null : data(transaction.to),
    contractAddress: receipt.contractAddress === undefined ? null : data(receipt.contractAddress),
    type: quantity(receipt.type),
    status: receipt.succeeded ? '0x1' : '0x0',
    gasUsed: quantity(receipt.gasUsed),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(effectiveGasPrice(transaction, BASE_FEE)),
    logsBloom: data(bloom),
    logs: receipt.logs.map((log, index) => formatLog(log, place, transaction.hash, place.logsBefore + index)),
  };
}

export function formatLog(log: EvmLog, { block, index }: ReceiptPlace, transactionHash: Uint8Array, logIndex: number): Record<string, unknown> {
  return {
    address: data(log.address),
    topics: log.topics.map(data),
    data: data(log.data),
    blockHash: data(block.hash),
    blockNumber: quantity(block.height),
    blockTimestamp: quantity(block.header.timestamp),
    transactionHash: data(transactionHash),
    transactionIndex: quantity(index),
    logIndex: quantity(logIndex),
    removed: false,
  };
}
