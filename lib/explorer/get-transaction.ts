import type { Caller } from '@/lib/access-keys';
import { AppError } from '@/lib/platform';
import { transactionHashSchema, type TransactionView } from './client';
import { blockAnswerSchema, receiptAnswerSchema, transactionAnswerSchema, transactionToView } from './ethereum-answers';
import { openLedgerReader } from './open-ledger-reader';

/**
 * A transaction with its receipt.
 * @throws AppError NOT_FOUND (application or transaction, also one that is not in a block yet), FORBIDDEN, CONFLICT, UNAVAILABLE
 */
export async function getTransaction(caller: Caller, applicationId: string, transactionHash: string): Promise<TransactionView> {
  const parsed = transactionHashSchema.safeParse(transactionHash);
  const reader = await openLedgerReader(caller, applicationId);
  if (!parsed.success) throw noSuchTransaction();
  const [transaction, receipt] = await Promise.all([
    reader.read('eth_getTransactionByHash', [parsed.data], transactionAnswerSchema.nullable()),
    reader.read('eth_getTransactionReceipt', [parsed.data], receiptAnswerSchema.nullable()),
  ]);
  if (!transaction || !receipt) throw noSuchTransaction();
  const { timestamp } = await reader.read('eth_getBlockByHash', [transaction.blockHash, false], blockAnswerSchema.pick({ timestamp: true }));
  return transactionToView(transaction, timestamp, receipt);
}

function noSuchTransaction(): AppError<'NOT_FOUND'> {
  return new AppError('NOT_FOUND', { subject: 'transaction' }, { publicMessage: 'This sub-chain has no such transaction.' });
}
