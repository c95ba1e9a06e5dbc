import { merkleTree, type MerkleProof } from '../merkle';
import { STATE_KEY_BYTES_MAX, type StateEntry, type StateReader } from '../storage';
import type { Hash } from '../types';
import { describeRange, leafOfRange, RANGE_BYTES, RANGES_MAX, sizeOfEntry, VALUE_BYTES_MAX, type RangeDescription } from './ranges';

/** A whole state in ranges: what its hash is made of, and how each range is found and proved. */
export interface StateDescription {
  readonly stateHash: Hash;
  readonly ranges: readonly RangeDescription[];
  /** Of all keys and values. */
  readonly bytes: number;
  proofOf(index: number): MerkleProof;
}

const PAGE = 64;
const AFTER_ALL_KEYS: Uint8Array = new Uint8Array(STATE_KEY_BYTES_MAX + 1).fill(0xff);

/**
 * Cuts a state that stands still into its ranges, a little at a time: `pause` gives other work its turn and throws when
 * nobody wants the answer any more. Keys from the first byte `localKeysFrom` on are left out. Throws RangeError when the
 * state is larger than a snapshot can be.
 */
export async function describeState(state: StateReader, pause: () => Promise<void>, localKeysFrom?: number): Promise<StateDescription> {
  const to = localKeysFrom === undefined ? AFTER_ALL_KEYS : Uint8Array.of(localKeysFrom);
  const ranges: RangeDescription[] = [];
  let [open, openBytes, bytes]: [StateEntry[], number, number] = [[], 0, 0];
  const close = (): void => {
    if (ranges.length === RANGES_MAX) throw new RangeError(`a state of more than ${RANGES_MAX} ranges has no snapshot`);
    const range = describeRange(open);
    // A copy: the page that the key lies in may go.
    ranges.push({ ...range, firstKey: Uint8Array.from(range.firstKey) });
    [open, openBytes] = [[], 0];
  };
  for (let from: Uint8Array = new Uint8Array(0), isMore = true; isMore; ) {
    const page = state.range({ from, to, limit: PAGE });
    for (const entry of page) {
      if (entry.value.length > VALUE_BYTES_MAX) throw new RangeError(`a state with a value of ${entry.value.length} bytes has no snapshot`);
      open.push(entry);
      openBytes += sizeOfEntry(entry);
      bytes += sizeOfEntry(entry);
      if (openBytes >= RANGE_BYTES) close();
    }
    const last = page.at(-1);
    isMore = last !== undefined && page.length === PAGE;
    if (last !== undefined) from = keyAfter(last.key);
    await pause();
  }
  if (open.length > 0) close();
  const tree = merkleTree(ranges.map(leafOfRange));
  return { stateHash: tree.root, ranges, bytes, proofOf: (index) => tree.proofOf(index) };
}

/** The entries of a range of the state it was described from. */
export function readRange(state: StateReader, { firstKey, entries }: RangeDescription): readonly StateEntry[] {
  return state.range({ from: firstKey, to: AFTER_ALL_KEYS, limit: entries });
}

function keyAfter(key: Uint8Array): Uint8Array {
  return Buffer.concat([key, Uint8Array.of(0)]);
}
