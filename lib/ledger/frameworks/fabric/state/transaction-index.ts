import type { StateReader } from '../../../core/storage';
import { ByteReader, ByteWriter } from '../../../core/codec';
import { blockCodesKey, blockHashKey, transactionKey } from './state-keys';

/** Where a transaction id stands first, and what became of it there. */
export interface TransactionPlace {
  readonly block: number;
  readonly transaction: number;
  /** Fabric's TxValidationCode. */
  readonly code: number;
}

/** Also for transactions that were not valid: their ids are used up (txvalidator/v20/validator.go, checkTxIdDupsLedger). */
export function findTransaction(state: StateReader, txId: string): TransactionPlace | undefined {
  const bytes = state.get(transactionKey(txId));
  if (bytes === undefined) return undefined;
  const reader = new ByteReader(bytes);
  return { block: reader.u48(), transaction: reader.u32(), code: reader.u8() };
}

export function encodePlace({ block, transaction, code }: TransactionPlace): Uint8Array {
  return new ByteWriter(16).u48(block).u32(transaction).u8(code).finish();
}

/** A code for each transaction of the block: the TRANSACTIONS_FILTER of its metadata. Empty for a block without any. */
export function findBlockCodes(state: StateReader, block: number): Uint8Array {
  return state.get(blockCodesKey(block)) ?? new Uint8Array(0);
}

/** Number of the block whose header has this hash. */
export function findBlockByHash(state: StateReader, headerHash: Uint8Array): number | undefined {
  const bytes = state.get(blockHashKey(headerHash));
  return bytes === undefined ? undefined : new ByteReader(bytes).u48();
}
