import { assert } from '@/lib/platform/pure/assert';
import type { StateReader } from '../../../core/storage';
import { decodeRwset } from './decode-rwset';
import { STATE_PAGE } from './limits';
import { isDeleting } from './rwset';
import { FabricStateError } from './state-error';
import { decodeWrittenAt, historyKey, historyRange, publicKey } from './state-keys';
import { decodeVersioned } from './versioned-value';

/** A transaction as it lies in a block, for the past of a key. */
export interface PastTransaction {
  readonly txId: string;
  /** The client's time in the channel header. */
  readonly timestamp: { readonly seconds: bigint; readonly nanos: number };
  /** Bytes of the TxReadWriteSet. */
  readonly rwset: Uint8Array;
}

/** Finds a transaction by block and place in it; undefined when the block is not here. */
export type TransactionAt = (block: number, transaction: number) => PastTransaction | undefined;

export interface KeyModification {
  readonly txId: string;
  readonly timestamp: PastTransaction['timestamp'];
  readonly isDelete: boolean;
  readonly value: Uint8Array;
}

/**
 * The writes of a key by valid transactions, newest first (kvledger/history/query_executer.go). Metadata and private data
 * have no history. Throws `history-missing` when a block is not here: this peer joined from a snapshot and still fetches it.
 */
export function* readHistory(state: StateReader, transactionAt: TransactionAt, namespace: string, key: string): Generator<KeyModification, undefined> {
  const { from, to } = historyRange(namespace, key);
  for (let end = to; ; ) {
    const page = state.range({ from, to: end, limit: STATE_PAGE, reverse: true });
    for (const entry of page) {
      const { block, transaction } = decodeWrittenAt(entry.key);
      yield modificationOf(transactionAt(block, transaction), block, namespace, key);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < STATE_PAGE) return;
    end = last.key;
  }
}

/**
 * The value that a key of the public state had before a block, as its transactions' endorsements were judged; undefined when it
 * had none. Throws `history-missing` as {@link readHistory} does.
 */
export function readBefore(state: StateReader, transactionAt: TransactionAt, namespace: string, key: string, block: number): Uint8Array | undefined {
  const bytes = state.get(publicKey(namespace, key));
  const current = bytes && decodeVersioned(bytes);
  // Unchanged since: it needs no old block, which a peer that joined later may not have.
  if (current !== undefined && current.version.block < block) return current.value;
  const { from } = historyRange(namespace, key);
  const [last] = state.range({ from, to: historyKey(namespace, key, block, 0), limit: 1, reverse: true });
  if (last === undefined) return undefined;
  const at = decodeWrittenAt(last.key);
  const { isDelete, value } = modificationOf(transactionAt(at.block, at.transaction), at.block, namespace, key);
  return isDelete ? undefined : value;
}

function modificationOf(transaction: PastTransaction | undefined, block: number, namespace: string, key: string): KeyModification {
  if (transaction === undefined) {
    throw new FabricStateError('history-missing', `block ${block}, which wrote the key, is not on this peer yet: ask another peer, or again later`);
  }
  const { txId, timestamp, rwset } = transaction;
  const write = decodeRwset(rwset)
    .namespaces.find((one) => one.namespace === namespace)
    ?.writes.find((one) => one.key === key);
  assert(write !== undefined, `the history names block ${block} for a key that it did not write`);
  return { txId, timestamp, isDelete: isDeleting(write), value: write.value };
}
