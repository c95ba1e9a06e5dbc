import { isLedgerError } from '../../core/errors';
import { DAMAGES_MAX, type Damage } from '../../core/storage';
import type { ChainId } from '../../core/types';
import { INDEX_ADVICE } from './checked-index';
import { allOf, allOfChain, chainOfKey, decodeChainRecord } from './index-keys';
import type { IndexHome, IndexPort, IndexSnapshot } from './index-port';
import { EMPTY_SUM, isSameSum, replaceInSum, type IndexSum } from './index-sum';

const SLICE = 500;

/**
 * Reads every entry of the index as of one moment, slice by slice, and compares each chain's entries with what its record
 * says they add up to. What is found is put right by the next start, which makes the index anew.
 */
export function verifyIndex(index: IndexPort, home: IndexHome, yieldTurn: () => Promise<void>): Promise<Damage[]> {
  return home.reading(async () => {
    const snapshot = index.snapshot();
    const damages: Damage[] = [];
    const add = (what: string, chain?: ChainId): void => {
      home.distrust();
      if (damages.length < DAMAGES_MAX) damages.push({ file: home.path, offset: 0, what, isRepaired: false, advice: INDEX_ADVICE, ...(chain === undefined ? {} : { chain }) });
    };
    try {
      for await (const { key, value } of slices(snapshot, allOf('chain'), yieldTurn)) {
        const record = decodeChainRecord(chainOfKey(key), value);
        const sum = await sumOf(snapshot, record.number, yieldTurn).catch((error: unknown) => {
          if (!isLedgerError(error, 'storage-corrupt')) throw error;
          add(error.details.what, record.name);
        });
        if (sum !== undefined && !isSameSum(sum, record)) add('Entries of a sub-chain are missing from the index, or there are too many', record.name);
      }
    } catch (error) {
      if (!isLedgerError(error, 'storage-corrupt')) throw error;
      add(error.details.what);
    } finally {
      snapshot.release();
    }
    return damages;
  });
}

async function sumOf(snapshot: IndexSnapshot, chain: number, yieldTurn: () => Promise<void>): Promise<IndexSum> {
  let sum = EMPTY_SUM;
  for (const what of ['block', 'state', 'note'] as const) {
    for await (const { key, value } of slices(snapshot, allOfChain(what, chain), yieldTurn)) sum = replaceInSum(sum, key, undefined, value);
  }
  return sum;
}

async function* slices(snapshot: IndexSnapshot, { from, to }: { readonly from: Uint8Array; readonly to: Uint8Array }, yieldTurn: () => Promise<void>) {
  for (let next = from; ; ) {
    const slice = snapshot.range({ from: next, to, limit: SLICE });
    yield* slice;
    const last = slice.at(-1);
    if (last === undefined || slice.length < SLICE) return;
    next = Buffer.concat([last.key, Uint8Array.of(0)]);
    await yieldTurn();
  }
}
