import type { StateReader } from '../../core/storage';
import { allOfChain } from './index-keys';
import { EMPTY_SUM, replaceInSum } from './index-sum';

/** The machine knows of fewer than ten. */
export const NOTES_MAX = 1_000;

/** What the notes that the index has of a chain add up to, see `ChainRecord.noteDigest`; 0 for none. */
export function noteDigest(index: StateReader, chain: number): number {
  return index.range({ ...allOfChain('note', chain), limit: NOTES_MAX }).reduce((sum, { key, value }) => replaceInSum(sum, key, undefined, value), EMPTY_SUM).digest;
}
