import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/random';
import { MemoryState } from './memory/memory-state';
import { mergeRange, type Overlay } from './merge-range';
import { keyBytes, keyName, SortedMap } from './sorted-map';

const overlayOf = (entries: readonly (readonly [string, string | undefined])[]): Overlay => {
  const overlay: Overlay = new SortedMap();
  for (const [key, value] of entries) overlay.set(key, value === undefined ? undefined : Buffer.from(value));
  return overlay;
};
const stateOf = (entries: readonly (readonly [string, string])[]): MemoryState => {
  const state = new MemoryState();
  state.apply(overlayOf(entries));
  return state;
};

describe('merging newer values over a state', () => {
  it('lets the newer win and hides what was deleted', () => {
    const base = stateOf([['a', 'old'], ['b', 'old'], ['d', 'old']]);
    const overlay = overlayOf([['b', 'new'], ['c', 'new'], ['d', undefined], ['e', undefined]]);
    const read = (limit: number, reverse = false): string[] =>
      mergeRange(base, overlay, { from: keyBytes('a'), to: keyBytes('z'), limit, reverse }).map(({ key, value }) => `${keyName(key)}=${Buffer.from(value)}`);
    expect(read(9)).toEqual(['a=old', 'b=new', 'c=new']);
    expect(read(9, true)).toEqual(['c=new', 'b=new', 'a=old']);
    expect(read(2)).toEqual(['a=old', 'b=new']);
    expect(read(1, true)).toEqual(['c=new']);
    expect(read(0)).toEqual([]);
  });

  it('reads on past any number of deleted keys, page by page', () => {
    const base = stateOf(Array.from({ length: 2_000 }, (_, at) => [String(at).padStart(5, '0'), 'v'] as const));
    const overlay = overlayOf(Array.from({ length: 1_990 }, (_, at) => [String(at).padStart(5, '0'), undefined] as const));
    const found = mergeRange(base, overlay, { from: keyBytes('0'), to: keyBytes('9'), limit: 3 }).map(({ key }) => keyName(key));
    expect(found).toEqual(['01990', '01991', '01992']);
  });

  it.each([5, 6, 7])('agrees with the merged map (seed %i)', (seed) => {
    const random = createRandom(seed);
    const name = (): string => `k${random.below(400)}`;
    for (let round = 0; round < 40; round += 1) {
      const older = Array.from({ length: random.below(300) }, () => [name(), 'old'] as const);
      const newer = Array.from({ length: random.below(300) }, () => [name(), random.chance(0.5) ? 'new' : undefined] as const);
      const merged = new Map<string, string | undefined>([...older, ...newer]);
      const [from, to, limit, reverse] = [name(), name(), random.below(40), random.chance(0.5)];
      const expected = [...merged].filter(([key, value]) => value !== undefined && key >= from && key < to).sort(([a], [b]) => (a < b ? -1 : 1));
      if (reverse) expected.reverse();
      const found = mergeRange(stateOf(older), overlayOf(newer), { from: keyBytes(from), to: keyBytes(to), limit, reverse });
      expect(found.map(({ key, value }) => [keyName(key), Buffer.from(value).toString()])).toEqual(expected.slice(0, limit));
    }
  });
});
