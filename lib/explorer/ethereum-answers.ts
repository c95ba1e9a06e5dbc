import { z } from 'zod';
import type { BlockSummary, BlockView, TransactionSummary, TransactionView } from './client';

/** Answers of Ethereum's JSON-RPC, as far as the explorer reads them, and their framework-neutral views. */
const hex = z.string().regex(/^0x[0-9a-f]*$/i);
const quantity = hex.transform(Number).pipe(z.number().int());
const wei = hex.transform((text) => BigInt(text).toString());

export const transactionAnswerSchema = z.object({
  hash: hex,
  blockHash: hex,
  blockNumber: quantity,
  transactionIndex: quantity,
  from: hex,
  to: hex.nullable(),
  value: wei,
  input: hex,
  nonce: quantity,
  gas: quantity,
  type: quantity,
});
type TransactionAnswer = z.output<typeof transactionAnswerSchema>;

export const blockAnswerSchema = z.object({
  number: quantity,
  hash: hex,
  parentHash: hex,
  timestamp: quantity,
  stateRoot: hex,
  transactionsRoot: hex,
  receiptsRoot: hex,
  gasUsed: quantity,
  gasLimit: quantity,
  size: quantity,
  transactions: z.array(transactionAnswerSchema),
});
export type BlockAnswer = z.output<typeof blockAnswerSchema>;

export const receiptAnswerSchema = z.object({
  status: quantity,
  gasUsed: quantity,
  contractAddress: hex.nullable(),
  logs: z.array(z.object({ logIndex: quantity, address: hex, topics: z.array(hex), data: hex })),
});

export const heightAnswerSchema = quantity;

export function blockToView(block: BlockAnswer): BlockView {
  const { number: height, timestamp, size: sizeBytes, transactions, ...rest } = block;
  return { ...rest, height, sizeBytes, time: timeOf(timestamp), transactions: transactions.map((transaction) => transactionToSummary(transaction, timestamp)) };
}

export function blockToSummary(block: BlockAnswer): BlockSummary {
  const { number: height, hash, timestamp, gasUsed, size: sizeBytes, transactions } = block;
  return { height, hash, time: timeOf(timestamp), gasUsed, sizeBytes, transactionCount: transactions.length };
}

export function transactionToSummary(transaction: TransactionAnswer, timestamp: number): TransactionSummary {
  const { hash, blockNumber: height, transactionIndex: index, from, to, value, input } = transaction;
  return { hash, height, index, time: timeOf(timestamp), from, to, value, selector: input.length >= 10 ? input.slice(0, 10) : null };
}

export function transactionToView(transaction: TransactionAnswer, timestamp: number, receipt: z.output<typeof receiptAnswerSchema>): TransactionView {
  const { blockHash, type, nonce, input, gas: gasLimit } = transaction;
  return {
    ...transactionToSummary(transaction, timestamp),
    blockHash,
    type,
    nonce,
    input,
    gasLimit,
    gasUsed: receipt.gasUsed,
    succeeded: receipt.status === 1,
    contractAddress: receipt.contractAddress,
    logs: receipt.logs.map(({ logIndex: index, ...log }) => ({ index, ...log })),
  };
}

/** Ethereum counts whole seconds. */
function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
