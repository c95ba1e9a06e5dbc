import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json';

describe('canonical JSON', () => {
  it('spells a value in one way, whatever the order of its keys', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'x'], c: { z: '1', y: 2 } })).toBe('{"a":[true,null,"x"],"b":1,"c":{"y":2,"z":"1"}}');
    expect(canonicalJson({ c: { y: 2, z: '1' }, a: [true, null, 'x'], b: 1 })).toBe(canonicalJson({ b: 1, a: [true, null, 'x'], c: { z: '1', y: 2 } }));
  });

  it('sorts keys that look like integers by code unit too', () => {
    expect(canonicalJson({ 10: 'a', 9: 'b', B: 'c', a: 'd' })).toBe('{"10":"a","9":"b","B":"c","a":"d"}');
  });

  it('leaves out members that are undefined, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it('reads back to the same value and spells that the same again', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true })),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['a fraction', 1.5],
    ['a number beyond the safe integers', 2 ** 53],
    ['minus zero', -0],
    ['not a number', Number.NaN],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a function', () => 1],
    ['undefined', undefined],
    ['half a surrogate pair', '\ud800'],
    ['undefined in a list', [undefined]],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('refuses nesting without end', () => {
    const ring: { next?: unknown } = {};
    ring.next = ring;
    expect(() => canonicalJson(ring)).toThrow(/nested/);
  });
});
