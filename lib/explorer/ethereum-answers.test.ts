import { describe, expect, it } from 'vitest';
import { blockViewSchema, transactionViewSchema } from './client';
import { blockAnswerSchema, blockToSummary, blockToView, receiptAnswerSchema, transactionAnswerSchema, transactionToView } from './ethereum-answers';

const word = (digit: string) => `0x${digit.repeat(64)}`;
const sender = `0x${'a'.repeat(40)}`;
const transaction = {
  hash: word('1'),
  blockHash: word('2'),
  blockNumber: '0x7',
  transactionIndex: '0x0',
  from: sender,
  to: null,
  value: '0xde0b6b3a7640000',
  input: '0xa9059cbb00',
  nonce: '0x3',
  gas: '0x5208',
  type: '0x2',
  chainId: '0x10000000001',
};
const block = {
  number: '0x7',
  hash: word('2'),
  parentHash: word('3'),
  timestamp: '0x6553f100',
  stateRoot: word('4'),
  transactionsRoot: word('5'),
  receiptsRoot: word('6'),
  gasUsed: '0x5208',
  gasLimit: '0x1c9c380',
  size: '0x220',
  transactions: [transaction],
};

describe('answers of Ethereum’s JSON-RPC', () => {
  it('become views with decimal amounts that lose no digit', () => {
    const view = blockToView(blockAnswerSchema.parse(block));
    expect(blockViewSchema.parse(view)).toEqual(view);
    expect(view).toMatchObject({ height: 7, sizeBytes: 544, time: '2023-11-14T22:13:20.000Z' });
    expect(view.transactions[0]).toMatchObject({ value: '1000000000000000000', selector: '0xa9059cbb', to: null, index: 0 });
    expect(blockToSummary(blockAnswerSchema.parse(block))).toMatchObject({ transactionCount: 1, height: 7 });
  });

  it('tell a transaction that was executed and undone from one that succeeded', () => {
    const receipt = { status: '0x0', gasUsed: '0x5208', contractAddress: null, logs: [{ logIndex: '0x1', address: sender, topics: [word('9')], data: '0x' }] };
    const view = transactionToView(transactionAnswerSchema.parse(transaction), 1_700_000_000, receiptAnswerSchema.parse(receipt));
    expect(transactionViewSchema.parse(view)).toEqual(view);
    expect(view).toMatchObject({ succeeded: false, gasUsed: 21_000, logs: [{ index: 1, topics: [word('9')] }] });
  });

  it('are refused when they are not what the protocol promises', () => {
    expect(blockAnswerSchema.safeParse(null).success).toBe(false);
    expect(blockAnswerSchema.safeParse({ ...block, number: 7 }).success).toBe(false);
    expect(transactionAnswerSchema.safeParse({ ...transaction, from: 'nobody' }).success).toBe(false);
  });
});
