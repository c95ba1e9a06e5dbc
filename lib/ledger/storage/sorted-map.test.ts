import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/random';
import { keyBytes, keyName, SortedMap } from './sorted-map';

describe('sorted map', () => {
  it('names keys so that their order is the order of the bytes', () => {
    const random = createRandom(1);
    for (let round = 0; round < 2_000; round += 1) {
      const [a, b] = [random.bytes(random.below(5)), random.bytes(random.below(5))];
      const order = keyName(a) < keyName(b) ? -1 : keyName(a) > keyName(b) ? 1 : 0;
      expect(order).toBe(Buffer.compare(a, b));
      expect(Buffer.compare(keyBytes(keyName(a)), a)).toBe(0);
    }
  });

  it.each([1, 2, 3, 4])('agrees with a sorted list over random changes, in both directions (seed %i)', (seed) => {
    const random = createRandom(seed);
    const map = new SortedMap<number>();
    const model = new Map<string, number>();
    const name = (): string => keyName(random.bytes(1 + random.below(2)));
    for (let step = 0; step < 12_000; step += 1) {
      const key = name();
      if (random.chance(seed % 2 === 0 ? 0.3 : 0.05)) {
        map.delete(key);
        model.delete(key);
      } else {
        map.set(key, step);
        model.set(key, step);
      }
      if (step % 400 !== 0) continue;
      const [from, to] = [name(), name()];
      const expected = [...model].filter(([entry]) => entry >= from && entry < to).sort(([a], [b]) => (a < b ? -1 : 1));
      expect([...map.range(from, to)]).toEqual(expected);
      expect([...map.range(from, to, true)]).toEqual(expected.reverse());
      expect(map.size).toBe(model.size);
      expect(map.get(key)).toBe(model.get(key));
      expect(map.has(from)).toBe(model.has(from));
    }
  });

  it('walks nothing where nothing is', () => {
    const map = new SortedMap<number>();
    expect([...map.range('a', 'z')]).toEqual([]);
    expect([...map.range('a', 'z', true)]).toEqual([]);
    map.set('m', 1);
    map.delete('m');
    map.delete('m');
    expect([...map.range('a', 'z')]).toEqual([]);
    map.set('m', 2);
    expect([...map.range('a', 'm')]).toEqual([]);
    expect([...map.range('m', 'm')]).toEqual([]);
    expect([...map.range('z', 'a')]).toEqual([]);
    expect([...map.range('m', 'n')]).toEqual([['m', 2]]);
  });
});
