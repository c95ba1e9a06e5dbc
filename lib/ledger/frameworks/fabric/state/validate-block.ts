import type { StateReader, StateWrite } from '../../../core/storage';
import { ByteWriter } from '../../../core/codec';
import { keyName } from '../../../storage/sorted-map';
import type { NamespaceUpdates } from '../protocol/block/compute-commit-hash';
import { applyWrites, type AppliedChange } from './apply-writes';
import { expiryOf, type CollectionsOf } from './collections';
import { findConflict } from './find-conflict';
import { listUpdates } from './list-updates';
import type { TxRwset } from './rwset';
import { blockCodesKey, blockHashKey, decodeHashExpiryKey, hashedKey, hashExpiryKey, hashExpiryRange, historyKey, transactionKey, type HashExpiry } from './state-keys';
import { encodePlace, findTransaction } from './transaction-index';
import { UpdateBatch } from './update-batch';
import { markDuplicates } from '../protocol/transaction/mark-duplicates';
import { VALIDATION_CODES, type ValidationCode } from '../protocol/transaction/validation-codes';
import { decodeVersion, type Version } from './versioned-value';
import { readEntries } from './world-state';

/** Marks a key that says everything by itself: values are never empty. */
const THERE = Uint8Array.of(1);

export interface BlockTransaction {
  /** Of the channel header; empty: none that could be used twice. */
  readonly txId: string;
  /** What the checks before this said (form, signatures, policies): only `valid` ones are looked at here. */
  readonly code: ValidationCode;
  /** By `checkRwset`; undefined for a transaction that writes nothing here. */
  readonly rwset: TxRwset | undefined;
  /** A chaincode's transaction. The writes of others, such as a new configuration, have no history. */
  readonly isEndorsed: boolean;
}

export interface BlockToValidate {
  readonly number: number;
  /** Hash of Fabric's block header. */
  readonly headerHash: Uint8Array;
  readonly transactions: readonly BlockTransaction[];
  /** As of the state before the block. */
  readonly collectionsOf: CollectionsOf;
}

export interface ValidatedBlock {
  /** One for each transaction: the TRANSACTIONS_FILTER of the block's metadata. */
  readonly codes: Uint8Array;
  /** Sorted by key, each key once; the same on every peer. */
  readonly writes: readonly StateWrite[];
  /** For Fabric's commit hash, in no particular order. What expires with the block is no part of it, as in Fabric. */
  readonly updates: readonly NamespaceUpdates[];
  /** For the private side: what the block did to the hashed state. */
  readonly outcome: BlockOutcome;
}

export interface BlockOutcome {
  readonly block: number;
  readonly valid: readonly { readonly version: Version; readonly rwset: TxRwset }[];
  /** Hashed keys whose time is up with this block, by what an earlier block wrote. */
  readonly expired: readonly (HashExpiry & { readonly isCurrent: boolean })[];
  /** With the block's writes. */
  readonly state: StateReader;
}

/**
 * Decides which transactions of a block are valid, in their order, and what the block changes (txvalidator/v20/validator.go
 * for ids, kvledger/txmgmt/validation for the rest). Pure: the same block on the same state gives the same answer.
 */
export function validateBlock(block: BlockToValidate, state: StateReader): ValidatedBlock {
  const updates = new UpdateBatch(state);
  const codes = codesByIds(block.transactions, state);
  const changes = new Map<string, AppliedChange>();
  const valid: { version: Version; rwset: TxRwset }[] = [];
  for (const [index, { rwset, isEndorsed }] of block.transactions.entries()) {
    if (codes[index] !== VALIDATION_CODES.VALID || rwset === undefined) continue;
    codes[index] = findConflict(rwset, updates);
    if (codes[index] !== VALIDATION_CODES.VALID) continue;
    const version = { block: block.number, transaction: index };
    applyWrites(rwset, version, updates, (key, change) => void changes.set(keyName(key), change));
    valid.push({ version, rwset });
    if (isEndorsed) noteHistory(rwset, version, updates);
  }
  noteBlock(block, codes, updates);
  const expired = findExpired(block.number, updates);
  const outcome: BlockOutcome = { block: block.number, valid, expired, state: updates.reader };
  scheduleExpiry(block, valid, updates);
  for (const one of expired) {
    updates.delete(hashExpiryKey(block.number, one.committed, one.namespace, one.collection, one.keyHash));
    if (one.isCurrent) updates.delete(hashedKey(one.namespace, one.collection, one.keyHash));
  }
  return { codes, writes: updates.writes(), updates: listUpdates(changes.values()), outcome };
}

/** Ids of the ledger first, then those of the block. */
function codesByIds(transactions: readonly BlockTransaction[], state: StateReader): Uint8Array {
  const codes = transactions.map(({ code, txId }) => {
    const isTwice = code === VALIDATION_CODES.VALID && txId !== '' && findTransaction(state, txId) !== undefined;
    return isTwice ? VALIDATION_CODES.DUPLICATE_TXID : code;
  });
  return Uint8Array.from(markDuplicates(codes, transactions.map(({ txId }) => txId)));
}

function noteHistory(rwset: TxRwset, { block, transaction }: Version, updates: UpdateBatch): void {
  for (const { namespace, writes } of rwset.namespaces) for (const { key } of writes) updates.put(historyKey(namespace, key, block, transaction), THERE);
}

function noteBlock({ number, headerHash, transactions }: BlockToValidate, codes: Uint8Array, updates: UpdateBatch): void {
  for (const [index, { txId }] of transactions.entries()) {
    const key = transactionKey(txId);
    // The first stays the one that is asked for, whatever became of it.
    if (txId === '' || updates.reader.get(key) !== undefined) continue;
    updates.put(key, encodePlace({ block: number, transaction: index, code: codes[index] ?? 0 }));
  }
  if (codes.length > 0) updates.put(blockCodesKey(number), codes);
  updates.put(blockHashKey(headerHash), new ByteWriter(16).u48(number).finish());
}

/** What was due to go now; not current: a later block has written the key, which has its own time. */
function findExpired(block: number, updates: UpdateBatch): (HashExpiry & { isCurrent: boolean })[] {
  const expired: (HashExpiry & { isCurrent: boolean })[] = [];
  for (const { key } of readEntries(updates.before, hashExpiryRange(block))) {
    const one = decodeHashExpiryKey(key);
    const stateKey = hashedKey(one.namespace, one.collection, one.keyHash);
    const bytes = updates.has(stateKey) ? undefined : updates.before.get(stateKey);
    expired.push({ ...one, isCurrent: bytes !== undefined && decodeVersion(bytes).block === one.committed });
  }
  return expired;
}

function scheduleExpiry({ number, collectionsOf }: BlockToValidate, valid: ValidatedBlock['outcome']['valid'], updates: UpdateBatch): void {
  for (const { rwset } of valid) {
    for (const { namespace, collections } of rwset.namespaces) {
      for (const { collection, writes, metadataWrites } of collections) {
        const expiry = expiryOf(collectionsOf, namespace, collection, number);
        if (expiry === undefined) continue;
        for (const { keyHash } of [...writes, ...metadataWrites]) {
          const isThere = updates.reader.get(hashedKey(namespace, collection, keyHash)) !== undefined;
          if (isThere) updates.put(hashExpiryKey(expiry, number, namespace, collection, keyHash), THERE);
        }
      }
    }
  }
}
