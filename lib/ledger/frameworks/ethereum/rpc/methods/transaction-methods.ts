import { bloomOf } from '../../bloom';
import { decodeTransaction } from '../../decode-transaction';
import { positionOf, receiptsAt } from '../../read-chain';
import { formatReceipt } from '../format-receipt';
import { formatTransaction } from '../format-transaction';
import { blockNumberParam, hashParam, parseParams, quantityParam, type BlockReference } from '../params';
import { findHeight, readBlock, type ReadContext } from '../read-context';
import type { ReadMethod } from './read-method';

/** Transactions that are in a block, and what came of them. Anything else is null. */
export const transactionMethods = {
  eth_getTransactionByHash: (params, context) => {
    const [hash] = parseParams([hashParam], params);
    const position = findPosition(context, hash);
    return position === undefined ? null : describeTransaction(context, position.height, position.index);
  },
  eth_getTransactionByBlockNumberAndIndex: (params, context) => {
    const [reference, index] = parseParams([blockNumberParam, quantityParam], params);
    return describeAt(context, reference, index);
  },
  eth_getTransactionByBlockHashAndIndex: (params, context) => {
    const [hash, index] = parseParams([hashParam, quantityParam], params);
    return describeAt(context, { kind: 'hash', hash }, index);
  },
  eth_getTransactionReceipt: (params, context) => {
    const [hash] = parseParams([hashParam], params);
    const position = findPosition(context, hash);
    if (position === undefined) return null;
    const block = readBlock(context, position.height);
    const receipts = receiptsAt(context.view.state, position.height);
    const receipt = receipts[position.index];
    const bytes = block.transactions[position.index];
    if (receipt === undefined || bytes === undefined) throw new Error(`block ${position.height} has no transaction ${position.index}`);
    const logsBefore = receipts.slice(0, position.index).reduce((sum, { logs }) => sum + logs.length, 0);
    const { crypto } = context.evm;
    return formatReceipt(decodeTransaction(crypto, bytes), receipt, bloomOf(crypto.keccak256, receipt.logs), { block, index: position.index, logsBefore });
  },
} satisfies Record<string, ReadMethod>;

function findPosition({ view }: ReadContext, hash: Uint8Array): { height: number; index: number } | undefined {
  const position = positionOf(view.state, hash);
  return position !== undefined && position.height <= view.height ? position : undefined;
}

function describeAt(context: ReadContext, reference: BlockReference, index: bigint): unknown {
  const height = findHeight(context, reference);
  return height === undefined ? null : describeTransaction(context, height, Number(index));
}

function describeTransaction(context: ReadContext, height: number, index: number): unknown {
  const block = readBlock(context, height);
  const bytes = block.transactions[index];
  const receipt = receiptsAt(context.view.state, height)[index];
  if (bytes === undefined || receipt === undefined) return null;
  return formatTransaction(decodeTransaction(context.evm.crypto, bytes), { blockHash: block.hash, blockNumber: height, index, from: receipt.from });
}
