import type { ChainFlush } from './disk-chain';
import { blockKey, encodeChainRecord, encodeLocation, indexKey, noteKey, type ChainRecord } from './index-keys';
import type { IndexChange } from './index-port';
import { replaceInSum, type IndexSum } from './index-sum';

export interface FlushChanges {
  readonly changes: readonly IndexChange[];
  /** What the index says of the chain from then on. */
  readonly record: ChainRecord;
  /** The sum over the records of all chains. */
  readonly chains: IndexSum;
}

/** What the index changes by for one chain's part of a checkpoint. `oldOf`: what it holds of a key now. */
export function flushChanges(oldOf: (key: Uint8Array) => Uint8Array | undefined, flush: ChainFlush, chains: IndexSum): FlushChanges {
  const { number } = flush.record;
  const changes: IndexChange[] = [];
  let { stateBytes } = flush.record;
  let sum: IndexSum = flush.record;
  const change = (key: Uint8Array, old: Uint8Array | undefined, value: Uint8Array | undefined): void => {
    sum = replaceInSum(sum, key, old, value);
    changes.push([key, value]);
  };
  for (const [name, value] of flush.state.entries()) {
    const key = indexKey('state', number, Buffer.from(name, 'latin1'));
    const old = oldOf(key);
    stateBytes += value === undefined ? 0 : name.length + value.length;
    stateBytes -= old === undefined ? 0 : name.length + old.length;
    change(key, old, value);
  }
  for (const [height, location] of flush.blocks) {
    const key = blockKey(number, height);
    change(key, height > flush.indexedHeight ? undefined : oldOf(key), encodeLocation(location));
  }
  let notes: IndexSum = { entries: 0, digest: flush.record.noteDigest };
  for (const [name, value] of flush.notes) {
    const key = noteKey(number, name);
    const old = oldOf(key);
    notes = replaceInSum(notes, key, old, value);
    change(key, old, value);
  }
  const record = { ...flush.record, stateBytes, entries: sum.entries, digest: sum.digest, noteDigest: notes.digest };
  const recordKey = indexKey('chain', number);
  const encoded = encodeChainRecord(record);
  changes.push([recordKey, encoded]);
  return { changes, record, chains: replaceInSum(chains, recordKey, oldOf(recordKey), encoded) };
}
