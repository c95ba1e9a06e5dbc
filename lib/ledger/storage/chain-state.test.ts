import { describe, expect, it } from 'vitest';
import type { StateWrite } from '../core/storage';
import { chainId } from '../core/types';
import { createRandom } from '../testing/random';
import { ChainState, toOverlay, UNDO_LIMITS } from './chain-state';
import { MemoryState } from './memory/memory-state';

const tide = chainId('tide-4417');
const put = (key: string, value: string): StateWrite => ({ key: Buffer.from(key), value: Buffer.from(value) });
const read = (reader: { get(key: Uint8Array): Uint8Array | undefined }, key: string): string | undefined => {
  const value = reader.get(Buffer.from(key));
  return value === undefined ? undefined : Buffer.from(value).toString();
};
const create = (): ChainState => new ChainState(tide, -1, new MemoryState());

describe('a chain’s state in time', () => {
  it('stacks blocks that are not durable, the newest on top', () => {
    const state = create();
    state.push(0, [put('a', '0'), put('b', '0')]);
    state.push(1, [put('a', '1')]);
    state.push(2, [{ key: Buffer.from('b') }]);
    expect([read(state.pending, 'a'), read(state.pending, 'b'), read(state.durable, 'a')]).toEqual(['1', undefined, undefined]);
    expect([state.height, state.pendingHeight]).toEqual([-1, 2]);
    state.promote(0);
    expect([read(state.pending, 'a'), read(state.durable, 'a'), read(state.durable, 'b')]).toEqual(['1', '0', '0']);
    state.promote(1);
    state.promote(2);
    expect([read(state.durable, 'a'), read(state.durable, 'b'), state.height]).toEqual(['1', undefined, 2]);
  });

  it('keeps a view however much changes between two blocks, and each view as it was', () => {
    const state = create();
    state.push(0, [put('a', '0')]);
    state.promote(0);
    const own = (value: string): void => {
      state.pushLocal([put('a', value), put(`k${value}`, value)]);
      state.promoteLocal();
    };
    const first = state.snapshot();
    for (let change = 1; change <= UNDO_LIMITS.layersMax * 2; change += 1) own(`${change}`);
    const second = state.snapshot();
    own('after');
    state.push(1, [put('a', 'block')]);
    state.promote(1);
    own('last');
    const third = state.snapshot();
    own('even later');
    expect([first, second, third].map((view) => [read(view, 'a'), read(view, 'k1'), read(view, 'kafter'), read(view, 'klast')])).toEqual([
      ['0', undefined, undefined, undefined],
      [`${UNDO_LIMITS.layersMax * 2}`, '1', undefined, undefined],
      ['last', '1', 'after', 'last'],
    ]);
    const earlier = state.snapshot(0);
    expect(read(earlier, 'a')).toBe('after');
    for (const view of [first, second, third, earlier]) view.release();
    expect(() => state.snapshot(0)).toThrow(/too old/);
  });

  it('lets no block become durable out of turn', () => {
    const state = create();
    state.push(0, []);
    state.push(1, []);
    expect(() => state.promote(1)).toThrow(/not the next/);
    const other = create();
    expect(() => other.promote(0)).toThrow(/not the next/);
    expect(() => other.push(1, [])).toThrow(/does not follow/);
  });

  it('applies nothing of what is not the next to be durable', () => {
    const state = create();
    state.push(0, [put('a', '0')]);
    expect(() => state.promote(1)).toThrow(/not the next/);
    expect(() => state.promoteLocal()).toThrow(/is the next/);
    expect([read(state.durable, 'a'), read(state.pending, 'a'), state.height, state.pendingHeight]).toEqual([undefined, '0', -1, 0]);
    state.promote(0);
    state.pushLocal([put('a', 'own')]);
    expect(() => state.promote(1)).toThrow(/not the next/);
    expect([read(state.durable, 'a'), read(state.pending, 'a'), state.height]).toEqual(['0', 'own', 0]);
    state.promoteLocal();
    expect(read(state.durable, 'a')).toBe('own');
  });

  it('remembers what blocks replaced only while somebody looks at an earlier height', () => {
    const reads: string[] = [];
    const durable = new MemoryState();
    const get = durable.get.bind(durable);
    durable.get = (key) => {
      reads.push(Buffer.from(key).toString());
      return get(key);
    };
    const state = new ChainState(tide, -1, durable);
    state.push(0, [put('a', '0')]);
    state.promote(0);
    expect(reads).toEqual([]);
    const view = state.snapshot();
    state.push(1, [put('a', '1')]);
    state.promote(1);
    expect(reads).toEqual(['a']);
    view.release();
    state.push(2, [put('a', '2')]);
    state.promote(2);
    expect(reads).toEqual(['a']);
  });

  it('keeps an older view when a newer one is released, and the newer when the older is', () => {
    const state = create();
    const step = (at: number): void => {
      state.push(at, [put('a', String(at)), put(`only ${at}`, 'x')]);
      state.promote(at);
    };
    step(0);
    const old = state.snapshot();
    step(1);
    const young = state.snapshot();
    step(2);
    const youngest = state.snapshot();
    step(3);
    young.release();
    expect([read(old, 'a'), read(youngest, 'a'), read(old, 'only 1'), read(youngest, 'only 2')]).toEqual(['0', '2', undefined, 'x']);
    old.release();
    expect([read(youngest, 'a'), read(youngest, 'only 3')]).toEqual(['2', undefined]);
    expect(() => read(young, 'a')).toThrow(/release/);
  });

  it('gives a reader up who is too far behind, and serves one who is just not', () => {
    const state = create();
    state.push(0, [put('a', '0')]);
    state.promote(0);
    const view = state.snapshot();
    for (let at = 1; at <= UNDO_LIMITS.layersMax; at += 1) {
      state.push(at, [put('a', String(at))]);
      state.promote(at);
    }
    expect(read(view, 'a')).toBe('0');
    state.push(UNDO_LIMITS.layersMax + 1, [put('a', 'x')]);
    state.promote(UNDO_LIMITS.layersMax + 1);
    expect(() => read(view, 'a')).toThrow(expect.objectContaining({ code: 'view-too-old' }));
    expect(() => view.range({ from: Buffer.from('a'), to: Buffer.from('b'), limit: 1 })).toThrow(expect.objectContaining({ code: 'view-too-old' }));
    view.release();
    expect(read(state.durable, 'a')).toBe('x');
  });

  it.each([
    ['keys', { layersMax: 9, entriesMax: 20, bytesMax: 1_000_000 }],
    ['bytes', { layersMax: 9, entriesMax: 1_000, bytesMax: 20 * 110 }],
  ])('gives a reader up under whom too many %s change between two blocks: memory is bounded, and later readers are served', (_what, limits) => {
    const state = new ChainState(tide, -1, new MemoryState(), limits);
    const keys = Array.from({ length: 40 }, (_, at) => `k${10 + at}`);
    const all = (value: string): StateWrite[] => keys.map((key) => put(key, value.repeat(100)));
    state.push(0, all('a'));
    state.promote(0);
    const bare = state.memoryBytes;
    const own = (from: number, to: number, value: string): void => {
      for (const key of keys.slice(from, to)) {
        state.pushLocal([put(key, value.repeat(100))]);
        state.promoteLocal();
      }
    };
    const first = state.snapshot();
    own(0, 20, 'b');
    expect(read(first, 'k10')).toBe('a'.repeat(100));
    own(20, 40, 'b');
    expect(() => read(first, 'k10')).toThrow(expect.objectContaining({ code: 'view-too-old' }));
    const second = state.snapshot();
    own(0, 3, 'c');
    expect([read(second, 'k10'), read(second, 'k49')]).toEqual(['b'.repeat(100), 'b'.repeat(100)]);
    expect(state.memoryBytes - bare).toBeLessThanOrEqual(20 * 110);
    first.release();
    second.release();
    expect(state.memoryBytes).toBe(bare);
  });

  it('gives a reader up when one block alone replaces too much, and remembers nothing of that block', () => {
    const state = new ChainState(tide, -1, new MemoryState(), { layersMax: 9, entriesMax: 1_000, bytesMax: 250 });
    const block = (at: number, keys: readonly string[], value: string): void => {
      state.push(at, keys.map((key) => put(key, value.repeat(100))));
      state.promote(at);
    };
    block(0, ['a', 'b', 'c', 'd'], '0');
    const bare = state.memoryBytes;
    const view = state.snapshot();
    block(1, ['a', 'b'], '1');
    expect(read(view, 'a')).toBe('0'.repeat(100));
    block(2, ['a', 'b', 'c', 'd'], '2');
    expect(() => read(view, 'd')).toThrow(expect.objectContaining({ code: 'view-too-old' }));
    expect(state.memoryBytes).toBe(bare);
    const later = state.snapshot();
    block(3, ['a'], '3');
    expect([read(later, 'a'), read(state.durable, 'a')]).toEqual(['2'.repeat(100), '3'.repeat(100)]);
    for (const held of [view, later]) held.release();
    expect(state.memoryBytes).toBe(bare);
  });

  it('copies what it is given', () => {
    const value = Buffer.from('value');
    const overlay = toOverlay([{ key: Buffer.from('k'), value }]);
    value.fill(0);
    expect(Buffer.from(overlay.get('k') ?? []).toString()).toBe('value');
  });

  it.each([1, 2, 3])('shows every view its own moment, over random histories with several blocks on their way (seed %i)', (seed) => {
    const random = createRandom(seed);
    const state = create();
    const model = new Map<string, string>();
    const moments: Map<string, string>[] = [];
    const views: { view: ReturnType<ChainState['snapshot']>; height: number }[] = [];
    for (let step = 0; step < 400; step += 1) {
      if (state.pendingHeight - state.height < 4 && random.chance(0.6)) {
        const changes = new Map(Array.from({ length: random.below(4) }, () => [`k${random.below(12)}`, random.chance(0.3) ? undefined : `${step}`]));
        for (const [key, value] of changes) {
          if (value === undefined) model.delete(key);
          else model.set(key, value);
        }
        moments.push(new Map(model));
        state.push(moments.length - 1, [...changes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => (value === undefined ? { key: Buffer.from(key) } : put(key, value))));
      } else if (state.pendingHeight > state.height) {
        state.promote(state.height + 1);
      }
      if (state.height >= 0 && random.chance(0.1)) views.push({ view: state.snapshot(), height: state.height });
      if (random.chance(0.1)) views.splice(random.below(views.length + 1), 1)[0]?.view.release();
      const key = `k${random.below(12)}`;
      for (const { view, height } of views) expect(read(view, key)).toBe(moments[height]?.get(key));
      expect(read(state.pending, key)).toBe(model.get(key));
      if (state.height >= 0) expect(read(state.durable, key)).toBe(moments[state.height]?.get(key));
    }
  });
});
