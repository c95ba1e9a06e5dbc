import { describe, expect, it } from 'vitest';
import { Multimap } from './multimap';

describe('a multimap', () => {
  it('keeps what was added under each key, each value once, in order', () => {
    const map = new Multimap<string>();
    for (const value of ['a', 'b', 'a', 'c', 'b']) map.add('one', value);
    map.add('two', 'z');
    map.add('two', 'z');
    expect(map.get('one')).toEqual(['a', 'b', 'c']);
    expect(map.get('two')).toEqual(['z']);
    expect([map.first('one'), map.first('two'), map.first('three')]).toEqual(['a', 'z', undefined]);
    expect(map.get('three')).toEqual([]);
  });

  it('knows a key as long as a value is under it', () => {
    const map = new Multimap<number>();
    map.add('one', 1);
    map.add('one', 2);
    expect([map.delete('one', 3), map.delete('one', 1), map.delete('one', 1)]).toEqual([false, true, false]);
    expect([map.has('one'), map.get('one')]).toEqual([true, [2]]);
    expect([map.delete('one', 2), map.delete('two', 2)]).toEqual([true, false]);
    expect([map.has('one'), map.get('one')]).toEqual([false, []]);
    for (const value of [1, 2, 3]) map.add('one', value);
    map.deleteAll('one');
    expect(map.has('one')).toBe(false);
  });
});
