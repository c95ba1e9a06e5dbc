import type { StateEntry, StateRange, StateReader } from '../core/storage';
import { keyBytes, keyName, type SortedMap } from './sorted-map';

const PAGE_MAX = 256;

/** Newer values over a state; `undefined` stands for a deleted key. */
export type Overlay = SortedMap<Uint8Array | undefined>;

/** The entries of `base` under an overlay: both in order, the overlay wins, deleted keys are left out. */
export function mergeRange(base: StateReader, overlay: Overlay, range: StateRange): StateEntry[] {
  const { limit, reverse = false } = range;
  const merged: StateEntry[] = [];
  const above = overlay.range(keyName(range.from), keyName(range.to), reverse);
  const below = pages(base, range);
  let newer = above.next();
  let older = below.next();
  while (merged.length < limit && !(newer.done === true && older.done === true)) {
    const newerName = newer.done === true ? undefined : newer.value[0];
    const olderName = older.done === true ? undefined : keyName(older.value.key);
    const takeNewer = olderName === undefined || (newerName !== undefined && (reverse ? newerName >= olderName : newerName <= olderName));
    if (takeNewer && newer.done !== true) {
      const [name, value] = newer.value;
      if (value !== undefined) merged.push({ key: keyBytes(name), value });
      if (newerName === olderName) older = below.next();
      newer = above.next();
    } else if (older.done !== true) {
      merged.push(older.value);
      older = below.next();
    }
  }
  return merged;
}

/** Walks a range of unknown length in pages, so that a small limit never reads much. */
function* pages(base: StateReader, range: StateRange): Generator<StateEntry> {
  const limit = Math.max(1, Math.min(range.limit, PAGE_MAX));
  let { from, to } = range;
  for (;;) {
    const page = base.range({ ...range, from, to, limit });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    if (range.reverse === true) to = last.key;
    else from = Buffer.concat([last.key, Uint8Array.of(0)]);
  }
}
