import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random';
import { MemoryState } from '../memory/memory-state';
import type { Overlay } from '../merge-range';
import { keyName, SortedMap } from '../sorted-map';
import { OverlayState } from './overlay-state';

const overlayOf = (entries: Iterable<readonly [string, string | undefined]>): Overlay => {
  const overlay: Overlay = new SortedMap();
  for (const [key, value] of entries) overlay.set(key, value === undefined ? undefined : Buffer.from(value));
  return overlay;
};
const all = (state: OverlayState): string[] => state.range({ from: Buffer.from('a'), to: Buffer.from('z'), limit: 1_000 }).map(({ key, value }) => `${keyName(key)}=${Buffer.from(value)}`);

describe('state between checkpoints', () => {
  it('reads the same before, during and after a checkpoint', () => {
    const index = new MemoryState();
    index.apply(overlayOf([['a', 'index'], ['b', 'index'], ['c', 'index']]));
    const state = new OverlayState(index, () => index.pin());
    state.apply(overlayOf([['b', 'log'], ['c', undefined], ['d', 'log']]));
    const before = ['a=index', 'b=log', 'd=log'];
    expect(all(state)).toEqual(before);
    const flush = state.beginFlush();
    expect(state.isFlushing).toBe(true);
    expect(all(state)).toEqual(before);
    state.apply(overlayOf([['a', undefined], ['c', 'newer']]));
    const during = ['b=log', 'c=newer', 'd=log'];
    expect(all(state)).toEqual(during);
    index.apply(flush);
    expect(all(state)).toEqual(during);
    state.endFlush();
    expect(state.isFlushing).toBe(false);
    expect(all(state)).toEqual(during);
  });

  it('stands still where it was pinned, whether the flush that was under way had reached the index or not', () => {
    for (const isApplied of [false, true]) {
      const index = new MemoryState();
      index.apply(overlayOf([['a', 'index'], ['b', 'index']]));
      const state = new OverlayState(index, () => index.pin());
      state.apply(overlayOf([['b', 'log'], ['c', 'log']]));
      const flush = state.beginFlush();
      state.apply(overlayOf([['a', undefined]]));
      if (isApplied) index.apply(flush);
      const pin = state.pin();
      if (!isApplied) index.apply(flush);
      state.endFlush();
      state.apply(overlayOf([['c', 'later'], ['d', 'later']]));
      index.apply(state.beginFlush());
      expect(pin.range({ from: Buffer.from('a'), to: Buffer.from('z'), limit: 9 }).map(({ key, value }) => `${keyName(key)}=${Buffer.from(value)}`)).toEqual(['b=log', 'c=log']);
      expect(pin.get(Buffer.from('d'))).toBeUndefined();
      pin.release();
    }
  });

  it('counts the bytes that it holds: a key once, what is on its way to the index until it is there', () => {
    const state = new OverlayState(new MemoryState(), () => new MemoryState().pin());
    state.apply(overlayOf([['key', '12345'], ['gone', undefined]]));
    expect(state.memoryBytes).toBe(3 + 5 + 4);
    state.apply(overlayOf([['key', '1'], ['gone', '22']]));
    expect(state.memoryBytes).toBe(3 + 1 + 4 + 2);
    state.beginFlush();
    state.apply(overlayOf([['key', undefined]]));
    expect(state.memoryBytes).toBe(3 + 1 + 4 + 2 + 3);
    state.endFlush();
    expect(state.memoryBytes).toBe(3);
  });

  it.each([1, 2, 3])('agrees with a plain map whenever checkpoints come (seed %i)', (seed) => {
    const random = createRandom(seed);
    const [index, model] = [new MemoryState(), new Map<string, string>()];
    const state = new OverlayState(index, () => index.pin());
    let flush: Overlay | undefined;
    for (let step = 0; step < 500; step += 1) {
      const changes = Array.from({ length: random.below(4) }, () => [`k${random.below(20)}`, random.chance(0.3) ? undefined : `${step}`] as const);
      state.apply(overlayOf(changes));
      for (const [key, value] of changes) {
        if (value === undefined) model.delete(key);
        else model.set(key, value);
      }
      if (flush === undefined && random.chance(0.1)) flush = state.beginFlush();
      else if (flush !== undefined && random.chance(0.2)) {
        index.apply(flush);
        state.endFlush();
        flush = undefined;
      }
      const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
      expect(all(state)).toEqual(expected);
      const key = `k${random.below(20)}`;
      const value = state.get(Buffer.from(key));
      expect(value === undefined ? undefined : Buffer.from(value).toString()).toBe(model.get(key));
    }
  });
});
