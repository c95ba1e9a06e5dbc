import type { StateReader } from '../../core/storage';
import { decodeStoredReceipts, type Receipt } from './receipt';
import { blockHashKey, blockHeightKey, decodePosition, readUint48, receiptsKey, transactionKey } from './state-keys';

/** Hash of the Ethereum header at a height, 32 bytes. */
export function blockHash(state: StateReader, height: number): Uint8Array | undefined {
  return state.get(blockHashKey(height));
}

/** Height of the block with this Ethereum hash. */
export function heightOf(state: StateReader, hash: Uint8Array): number | undefined {
  const bytes = state.get(blockHeightKey(hash));
  return bytes === undefined ? undefined : readUint48(bytes);
}

/** Where the transaction with this hash lies. */
export function positionOf(state: StateReader, transactionHash: Uint8Array): { height: number; index: number } | undefined {
  const bytes = state.get(transactionKey(transactionHash));
  return bytes === undefined ? undefined : decodePosition(bytes);
}

/** Receipts of the block at a height, in order; none for a block without transactions. */
export function receiptsAt(state: StateReader, height: number): Receipt[] {
  const bytes = state.get(receiptsKey(height));
  return bytes === undefined ? [] : decodeStoredReceipts(bytes);
}
