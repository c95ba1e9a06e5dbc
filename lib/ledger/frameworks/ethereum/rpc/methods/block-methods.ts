import { z } from 'zod';
import { bloomOf } from '../../bloom';
import { decodeTransaction } from '../../decode-transaction';
import { receiptsAt } from '../../read-chain';
import { formatBlock } from '../format-block';
import { formatReceipt } from '../format-receipt';
import { formatTransaction } from '../format-transaction';
import { data, quantity } from '../hex';
import { blockNumberParam, blockParam, hashParam, parseParams, type BlockReference } from '../params';
import { findBlock, type BlockRead, type ReadContext } from '../read-context';
import type { ReadMethod } from './read-method';

const fullParam = z.boolean().nullish().transform((value) => value ?? false);

/** Blocks by number and by hash. A block that does not exist is null, as everywhere. */
export const blockMethods = {
  eth_getBlockByNumber: (params, context) => {
    const [reference, full] = parseParams([blockNumberParam, fullParam], params);
    return describeBlock(context, reference, full);
  },
  eth_getBlockByHash: (params, context) => {
    const [hash, full] = parseParams([hashParam, fullParam], params);
    return describeBlock(context, { kind: 'hash', hash }, full);
  },
  eth_getBlockTransactionCountByNumber: (params, context) => {
    const [reference] = parseParams([blockNumberParam], params);
    return countTransactions(context, reference);
  },
  eth_getBlockTransactionCountByHash: (params, context) => {
    const [hash] = parseParams([hashParam], params);
    return countTransactions(context, { kind: 'hash', hash });
  },
  eth_getBlockReceipts: async (params, context) => {
    const [reference] = parseParams([blockParam], params);
    const block = findBlock(context, reference);
    return block === undefined ? null : describeReceipts(context, block);
  },
  eth_getUncleCountByBlockNumber: (params, context) => {
    const [reference] = parseParams([blockNumberParam], params);
    return findBlock(context, reference) === undefined ? null : '0x0';
  },
  eth_getUncleCountByBlockHash: (params, context) => {
    const [hash] = parseParams([hashParam], params);
    return findBlock(context, { kind: 'hash', hash }) === undefined ? null : '0x0';
  },
} satisfies Record<string, ReadMethod>;

async function describeBlock(context: ReadContext, reference: BlockReference, full: boolean): Promise<unknown> {
  const block = findBlock(context, reference);
  if (block === undefined) return null;
  const { crypto } = context.evm;
  if (!full) return formatBlock(block, block.transactions.map((bytes) => data(crypto.keccak256(bytes))));
  const receipts = receiptsAt(context.view.state, block.height);
  const transactions: unknown[] = [];
  for (const [index, bytes] of block.transactions.entries()) {
    const receipt = receipts[index];
    if (receipt === undefined) throw new Error(`block ${block.height} has no receipt ${index}`);
    transactions.push(formatTransaction(decodeTransaction(crypto, bytes), { blockHash: block.hash, blockNumber: block.height, index, from: receipt.from }));
    if (index % 64 === 63) await context.pause();
  }
  return formatBlock(block, transactions);
}

async function describeReceipts(context: ReadContext, block: BlockRead): Promise<unknown[]> {
  const { crypto } = context.evm;
  const out: unknown[] = [];
  let logsBefore = 0;
  for (const [index, receipt] of receiptsAt(context.view.state, block.height).entries()) {
    const bytes = block.transactions[index];
    if (bytes === undefined) throw new Error(`block ${block.height} has no transaction ${index}`);
    out.push(formatReceipt(decodeTransaction(crypto, bytes), receipt, bloomOf(crypto.keccak256, receipt.logs), { block, index, logsBefore }));
    logsBefore += receipt.logs.length;
    if (index % 64 === 63) await context.pause();
  }
  return out;
}

function countTransactions(context: ReadContext, reference: BlockReference): string | null {
  const block = findBlock(context, reference);
  return block === undefined ? null : quantity(block.transactions.length);
}
